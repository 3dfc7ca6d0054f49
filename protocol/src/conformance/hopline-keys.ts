import { importPublicKey, type PublicKey, type SigningKey, signingKeyFromSeed } from '../cose/index.ts';

/** The channel of all vectors of our own formats. */
export const vectorChannel = 'provenance';

const roles = ['device', 'edgeNode', 'registry', 'gateway', 'signer', 'stranger'] as const;
export type Role = (typeof roles)[number];

/** A key of the vectors, ready to sign and to verify. */
export interface VectorKey {
  readonly signing: SigningKey;
  readonly public: PublicKey;
}

/** The keys of the vectors: role number n (from 1) has the seed of 32 bytes n. Nothing real may use them. */
export async function vectorKeys(): Promise<Record<Role, VectorKey>> {
  const entries = roles.map(async (role, index) => {
    const { key } = await signingKeyFromSeed(new Uint8Array(32).fill(index + 1));
    return [role, { signing: key, public: await importPublicKey(key.publicKey) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Role, VectorKey>;
}
