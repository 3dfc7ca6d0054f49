import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey, importSigningKey, type SigningKey } from '@hopline/protocol';
import { z } from 'zod';

const jwkSchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string(), x: z.string() });
const keysSchema = z.object({ registry: jwkSchema, gateway: jwkSchema, signer: jwkSchema });

/** The organisation's own keys, one for each purpose: registry copies, head reports, captured events. */
export interface OrganisationKeys {
  readonly registry: SigningKey;
  readonly gateway: SigningKey;
  readonly signer: SigningKey;
}

const fileName = 'keys.json';

/** Reads the keys of a data folder; at the first start makes them, in a file that only its owner may read. */
export async function loadOrganisationKeys(folder: string): Promise<OrganisationKeys> {
  const path = join(folder, fileName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const jwks = text === null ? await generate(path) : keysSchema.parse(JSON.parse(text));
  const [registry, gateway, signer] = await Promise.all(
    [jwks.registry, jwks.gateway, jwks.signer].map((jwk) => importSigningKey(jwk)),
  );
  if (!registry || !gateway || !signer) throw new Error('three keys were read');
  return { registry, gateway, signer };
}

async function generate(path: string): Promise<z.infer<typeof keysSchema>> {
  const [registry, gateway, signer] = await Promise.all([
    generateSigningKey(),
    generateSigningKey(),
    generateSigningKey(),
  ]);
  const jwks = { registry: registry.jwk, gateway: gateway.jwk, signer: signer.jwk };
  // Complete and on disk before it has its name: a key that was registered on the ledger must not be lost.
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(JSON.stringify(jwks));
  await file.sync().finally(() => file.close());
  await rename(`${path}.new`, path);
  return jwks;
}
