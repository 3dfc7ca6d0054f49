import { z } from 'zod';
import { type Bytes, utf8 } from '../bytes.ts';
import type { PublicKey } from '../cose/ed25519.ts';
import { parseSign1, signSign1, typ, verifySign1 } from '../cose/sign1.ts';
import type { SigningKey } from '../cose/signing-key.ts';
import { ProtocolError } from '../error.ts';
import { parseJsonFormat } from './parse-json-format.ts';
import {
  deviceSchema,
  digestSchema,
  mspIdSchema,
  nodeIdSchema,
  publicKeySchema,
  revocationSchema,
  timeMsSchema,
} from './records.ts';

export const maxDevicesPerNode = 20_000;
export const maxRegistryCopyBytes = 32 * 1024 * 1024;

/**
 * SHA-256 of a device's MQTT password. Passwords are random (at least 128 bits), so a slow hash would add nothing. They
 * are known to the organisation's gateway and its edge nodes, never to the ledger.
 */
const credentialSchema = z.strictObject({ passwordDigest: digestSchema, expiresMs: timeMsSchema });

/** What an edge node works by: its devices with their keys, rules and credentials, as of one height of the ledger. */
export const registryCopySchema = z.strictObject({
  format: z.literal(1),
  node: nodeIdSchema,
  /** Block height of the ledger at which it was made; it never goes back. */
  version: z.int().min(0),
  /**
   * How often the organisation changed what is not on the ledger (credentials) since; at the same version the higher
   * revision is the newer copy.
   */
  revision: z.int().min(0),
  issuedMs: timeMsSchema,
  expiresMs: timeMsSchema,
  devices: z
    .array(z.strictObject({ ...deviceSchema.shape, credential: credentialSchema.nullable() }))
    .max(maxDevicesPerNode),
  revocations: z.array(revocationSchema).max(100_000),
  /** Gateway keys by organisation, to verify head reports. */
  gatewayKeys: z.array(z.strictObject({ mspId: mspIdSchema, publicKey: publicKeySchema })).max(1000),
});
export type RegistryCopy = z.infer<typeof registryCopySchema>;

/** The organisation signs a copy with its registry key; the payload is JSON, `issuer` the MSP id. */
export function signRegistryCopy(key: SigningKey, channel: string, mspId: string, copy: RegistryCopy): Promise<Bytes> {
  return signSign1(key, {
    typ: typ.registryCopy,
    issuer: mspId,
    audience: channel,
    payload: utf8(JSON.stringify(copy)),
  });
}

/**
 * Opens a copy by the root key pinned in the node's configuration. Throws `registry-malformed`, `version-unknown`,
 * `registry-expired`, `cose-…` or `signature-invalid`. That versions never go back is the caller's to keep: only it knows
 * the last one.
 */
export async function openRegistryCopy(
  bytes: Uint8Array,
  expected: { channel: string; node: string; key: PublicKey; kid: Uint8Array; nowMs: number },
): Promise<RegistryCopy> {
  if (bytes.length > maxRegistryCopyBytes)
    throw new ProtocolError('too-large', 'the registry copy is too large', { bytes: bytes.length });
  const message = parseSign1(bytes, 'deterministic');
  await verifySign1(message, {
    typ: typ.registryCopy,
    audience: expected.channel,
    key: expected.key,
    kid: expected.kid,
  });
  const copy = parseJsonFormat(message.payload, registryCopySchema, 'registry-malformed');
  if (copy.node !== expected.node)
    throw new ProtocolError('registry-malformed', 'the copy is for another node', { node: copy.node });
  if (copy.expiresMs <= expected.nowMs) {
    throw new ProtocolError('registry-expired', 'the registry copy has expired', { expiresMs: copy.expiresMs });
  }
  return copy;
}
