import { type Bytes, concat, utf8 } from '../bytes.ts';
import { type CborValue, encodeCbor } from '../cbor.ts';
import { type VectorKey, vectorChannel } from '../conformance/hopline-keys.ts';
import { writeEnvelope } from '../cose/envelope.ts';
import { sigStructure } from '../cose/index.ts';

/** Labels of the protected header and of the CWT claims, as a foreign implementation would know them. */
export const label = { alg: 1, crit: 2, contentType: 3, kid: 4, cwtClaims: 15, typ: 16 } as const;
export const claim = { iss: 1, aud: 3, cti: 7 } as const;

export interface Forgery {
  readonly key: VectorKey;
  readonly typ: string;
  readonly issuer: string;
  readonly payload: CborValue | string | Bytes;
  readonly audience?: string;
  readonly contentType?: number | string;
  readonly cti?: Bytes;
  /** Header parameters that replace or join the usual ones; `null` leaves one out. */
  readonly header?: ReadonlyMap<number, CborValue>;
}

/**
 * A well-signed message that our own functions would not make: the signature holds over whatever header and payload are
 * given, so that only the rule in question can refuse it. A `Map` or array as the payload is CBOR, a text JSON.
 */
export async function forge(content: Forgery): Promise<Bytes> {
  const claims = new Map<number, CborValue>([
    [claim.iss, content.issuer],
    [claim.aud, content.audience ?? vectorChannel],
  ]);
  if (content.cti) claims.set(claim.cti, content.cti);
  const header = new Map<number, CborValue>([
    [label.alg, -19],
    [label.kid, content.key.signing.kid],
    [label.cwtClaims, claims],
    [label.typ, content.typ],
  ]);
  if (content.contentType !== undefined) header.set(label.contentType, content.contentType);
  for (const [name, value] of content.header ?? []) {
    if (value === null) header.delete(name);
    else header.set(name, value);
  }
  return signParts(content.key, encodeCbor(header), payloadBytes(content.payload));
}

/** Signs a protected header and a payload as they are. */
export async function signParts(key: VectorKey, protectedBytes: Bytes, payload: Bytes): Promise<Bytes> {
  const toBeSigned = sigStructure(protectedBytes, payload);
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key.signing.privateKey, toBeSigned));
  return writeEnvelope({ protectedBytes, payload, signature });
}

/** The same bytes with one bit turned over; a negative offset counts from the end. */
export function flipBit(bytes: Bytes, offset: number): Bytes {
  const changed = bytes.slice();
  const at = offset < 0 ? bytes.length + offset : offset;
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** Replaces `bytes[at]` by others, to write an envelope in another form. */
export function splice(bytes: Bytes, at: number, remove: number, ...insert: number[]): Bytes {
  return concat(bytes.subarray(0, at), Uint8Array.from(insert), bytes.subarray(at + remove));
}

function payloadBytes(payload: CborValue | string | Bytes): Bytes {
  if (payload instanceof Uint8Array) return payload as Bytes;
  return typeof payload === 'string' ? utf8(payload) : encodeCbor(payload);
}
