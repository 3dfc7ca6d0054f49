import {
  fromBase64Url,
  importPublicKey,
  keyThumbprint,
  type PublicKey,
  type RegistryCopy,
  type Revocation,
  toBase64Url,
} from '@hopline/protocol';

export type DeviceRecord = RegistryCopy['devices'][number];

/** A key ready to verify with, and its thumbprint. */
export interface KnownKey {
  readonly key: PublicKey;
  readonly kid: Uint8Array;
}

/** A registry copy in the form in which the node asks it. Keys are taken in when they are first needed. */
export class Registry {
  readonly copy: RegistryCopy;
  readonly #devices: ReadonlyMap<string, DeviceRecord>;
  readonly #revocations: ReadonlyMap<string, Revocation>;
  readonly #revokedSubjects: ReadonlySet<string>;
  readonly #keys = new Map<string, Promise<KnownKey>>();

  constructor(copy: RegistryCopy) {
    this.copy = copy;
    this.#devices = new Map(copy.devices.map((device) => [device.device, device]));
    this.#revocations = new Map(copy.revocations.map((revocation) => [revocation.kid, revocation]));
    this.#revokedSubjects = new Set(copy.revocations.map((revocation) => revocation.subject));
  }

  device(urn: string): DeviceRecord | null {
    return this.#devices.get(urn) ?? null;
  }

  /** Takes in a public key (base64url). Throws `key-malformed` or `key-small-order`. */
  key(publicKey: string): Promise<KnownKey> {
    const known = this.#keys.get(publicKey);
    if (known) return known;
    const taken = takeKey(publicKey);
    this.#keys.set(publicKey, taken);
    return taken;
  }

  revocation(kid: Uint8Array): Revocation | null {
    if (this.#revocations.size === 0) return null;
    return this.#revocations.get(toBase64Url(kid)) ?? null;
  }

  /** Whether some key of this device, perhaps an earlier one, is revoked. */
  hasRevokedKey(device: string): boolean {
    return this.#revokedSubjects.has(device);
  }

  gatewayKey(mspId: string): Promise<KnownKey> | null {
    const entry = this.copy.gatewayKeys.find((key) => key.mspId === mspId);
    return entry ? this.key(entry.publicKey) : null;
  }
}

async function takeKey(publicKey: string): Promise<KnownKey> {
  const bytes = fromBase64Url(publicKey);
  return { key: await importPublicKey(bytes), kid: await keyThumbprint(bytes) };
}
