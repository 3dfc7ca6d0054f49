import type { Bytes } from '../bytes.ts';
import { type CborValue, decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import { ProtocolError } from '../error.ts';

/** How well a reading's origin is known. It never rises on its way. */
export type Assurance = 'device-signed' | 'session-authenticated';

export const saltBytes = 16;
const leafVersion = 1;
const assuranceCodes: Record<Assurance, number> = { 'device-signed': 1, 'session-authenticated': 2 };
const assurances = new Map(Object.entries(assuranceCodes).map(([name, code]) => [code, name as Assurance]));

/** What the Merkle tree of a batch holds of one reading. `message` is exactly what the device sent. */
export interface Leaf {
  readonly assurance: Assurance;
  readonly receivedAtMs: number;
  readonly device: string;
  /** Random, stored with the acceptance: a sibling's hash in a proof tells nothing about the reading. */
  readonly salt: Bytes;
  readonly message: Bytes;
}

/** The one form of a leaf's bytes: deterministic CBOR of [version, assurance, time of receipt, device, salt, message]. */
export function encodeLeaf(leaf: Leaf): Bytes {
  return encodeCbor([
    leafVersion,
    assuranceCodes[leaf.assurance],
    leaf.receivedAtMs,
    leaf.device,
    leaf.salt,
    leaf.message,
  ]);
}

/** Reads a leaf. Throws `reading-malformed`, `version-unknown` or `cbor-…`. */
export function decodeLeaf(bytes: Uint8Array): Leaf {
  const parts = decodeDeterministicCbor(bytes);
  if (!Array.isArray(parts) || typeof parts[0] !== 'number')
    throw new ProtocolError('reading-malformed', 'a leaf is an array of six');
  const [version, code, receivedAtMs, device, salt, message] = parts;
  if (version !== leafVersion)
    throw new ProtocolError('version-unknown', `version ${version} of the leaf is not known`, { version });
  if (parts.length !== 6) throw malformed();
  const assurance = typeof code === 'number' ? assurances.get(code) : undefined;
  if (!assurance || !isTime(receivedAtMs) || typeof device !== 'string') throw malformed();
  if (!(salt instanceof Uint8Array) || salt.length !== saltBytes || !(message instanceof Uint8Array)) throw malformed();
  return { assurance, receivedAtMs, device, salt: salt as Bytes, message: message as Bytes };
}

function isTime(value: CborValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function malformed(): ProtocolError {
  return new ProtocolError('reading-malformed', 'the parts of the leaf are not of their types');
}
