import { type Bytes, equal, toHex } from '../bytes.ts';
import { type CborValue, decodeCbor, decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import { ProtocolError } from '../error.ts';
import { type PublicKey, signatureBytes, verifyEd25519 } from './ed25519.ts';
import { readEnvelope, sigStructure, writeEnvelope } from './envelope.ts';
import type { SigningKey } from './signing-key.ts';

/** Header parameters (RFC 9052 §3.1, RFC 9596, RFC 9597) and claims (RFC 8392) that Hopline uses. */
const header = { alg: 1, crit: 2, contentType: 3, kid: 4, cwtClaims: 15, typ: 16 } as const;
const claim = { iss: 1, aud: 3, cti: 7 } as const;

/** Ed25519 as RFC 9864 numbers it; the older EdDSA (RFC 9053) is taken from devices that know no other. */
const algEd25519 = -19;
const algEdDsa = -8;

const maxHeaderBytes = 1024;

/** The types of all things that Hopline signs. A verifier names the one that it expects. */
export const typ = {
  reading: 'application/vnd.hopline.reading+cose',
  epoch: 'application/vnd.hopline.epoch+cose',
  statement: 'application/vnd.hopline.statement+cose',
  capture: 'application/vnd.hopline.capture+cose',
  registryCopy: 'application/vnd.hopline.registry+cose',
  headReport: 'application/vnd.hopline.head+cose',
  enrolment: 'application/vnd.hopline.enrolment+cose',
  recallAcknowledgement: 'application/vnd.hopline.recall-acknowledgement+cose',
} as const;

export type Typ = (typeof typ)[keyof typeof typ];

/** What the protected header of a signed thing says. `audience` is the ledger's channel. */
export interface SignedHeader {
  readonly alg: number;
  readonly typ: string;
  readonly kid: Bytes;
  readonly issuer: string;
  readonly audience: string;
  /** `cti`, where the type has one: epoch and counter of a reading, the nonce of a capture. */
  readonly id: Bytes | null;
  readonly contentType: number | string | null;
}

/** A COSE_Sign1 taken apart. Nothing in it is to be believed before `verifySign1` has returned. */
export interface Sign1 {
  readonly header: SignedHeader;
  readonly payload: Bytes;
  readonly signature: Bytes;
  readonly toBeSigned: Bytes;
}

export interface Sign1Content {
  readonly typ: Typ;
  readonly issuer: string;
  readonly audience: string;
  readonly payload: Uint8Array;
  readonly id?: Uint8Array;
  readonly contentType?: number | string;
}

/** Signs a payload: tagged COSE_Sign1 (RFC 9052 §4.2), everything in the protected header, no unprotected one. */
export async function signSign1(key: SigningKey, content: Sign1Content): Promise<Bytes> {
  const claims = new Map<number, CborValue>([
    [claim.iss, content.issuer],
    [claim.aud, content.audience],
  ]);
  if (content.id) claims.set(claim.cti, content.id);
  const parameters = new Map<number, CborValue>([
    [header.alg, algEd25519],
    [header.kid, key.kid],
    [header.cwtClaims, claims],
    [header.typ, content.typ],
  ]);
  if (content.contentType !== undefined) parameters.set(header.contentType, content.contentType);
  const protectedBytes = encodeCbor(parameters);
  const toBeSigned = sigStructure(protectedBytes, content.payload);
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, toBeSigned));
  return writeEnvelope({ protectedBytes, payload: content.payload as Bytes, signature });
}

/**
 * Takes a COSE_Sign1 apart. `form: 'deterministic'` is for what our own rooms sign (one form of bytes only);
 * `'any'` is for devices, whose libraries order the maps that they sign as they like. Throws `cose-malformed`,
 * `cose-algorithm` or `cbor-…`.
 */
export function parseSign1(bytes: Uint8Array, form: 'deterministic' | 'any'): Sign1 {
  const { protectedBytes, payload, signature } = readEnvelope(bytes);
  if (protectedBytes.length > maxHeaderBytes) throw malformed('the protected header is too long');
  if (signature.length !== signatureBytes) throw malformed('the signature has not 64 bytes');
  const decode = form === 'deterministic' ? decodeDeterministicCbor : decodeCbor;
  return {
    header: parseHeader(decode(protectedBytes), form),
    payload,
    signature,
    toBeSigned: sigStructure(protectedBytes, payload),
  };
}

/** What a verifier demands beside the signature itself. */
export interface Expectation {
  readonly typ: Typ;
  readonly audience: string;
  readonly key: PublicKey;
  /** Thumbprint of `key`; the header must name the same. */
  readonly kid: Uint8Array;
}

/**
 * Checks type, channel, key identifier and signature, in this order, and returns nothing. Throws `cose-type`,
 * `cose-audience` or `signature-invalid`.
 */
export async function verifySign1(message: Sign1, expected: Expectation): Promise<void> {
  checkHeader(message.header, expected);
  if (!(await verifyEd25519(expected.key, message.signature, message.toBeSigned))) {
    throw new ProtocolError('signature-invalid', 'the signature does not hold', { issuer: message.header.issuer });
  }
}

function checkHeader(found: SignedHeader, expected: Expectation): void {
  if (found.typ !== expected.typ) {
    throw new ProtocolError('cose-type', `expected ${expected.typ}, it is ${found.typ}`, { typ: found.typ });
  }
  if (found.audience !== expected.audience) {
    throw new ProtocolError('cose-audience', `expected channel ${expected.audience}, it is for ${found.audience}`, {
      audience: found.audience,
    });
  }
  if (!equal(found.kid, expected.kid)) {
    throw new ProtocolError('signature-invalid', 'signed by another key than the registered one', {
      kid: toHex(found.kid),
    });
  }
}

function parseHeader(map: CborValue, form: 'deterministic' | 'any'): SignedHeader {
  if (!(map instanceof Map)) throw malformed('the protected header is not a map');
  if (map.has(header.crit)) throw malformed('it has critical header parameters, and none are known here');
  const alg = map.get(header.alg);
  if (alg !== algEd25519 && !(alg === algEdDsa && form === 'any')) {
    throw new ProtocolError('cose-algorithm', 'the algorithm is not Ed25519 (−19)', { alg: String(alg) });
  }
  const kid = map.get(header.kid);
  const type = map.get(header.typ);
  const contentType = map.get(header.contentType) ?? null;
  const claims = map.get(header.cwtClaims);
  if (!(kid instanceof Uint8Array) || kid.length !== 32) throw malformed('`kid` is not a key thumbprint of 32 bytes');
  if (typeof type !== 'string') throw malformed('`typ` is missing');
  if (contentType !== null && typeof contentType !== 'number' && typeof contentType !== 'string')
    throw malformed('odd content type');
  if (!(claims instanceof Map)) throw malformed('the CWT claims are missing');
  const issuer = claims.get(claim.iss);
  const audience = claims.get(claim.aud);
  const id = claims.get(claim.cti) ?? null;
  if (typeof issuer !== 'string' || typeof audience !== 'string') throw malformed('`iss` or `aud` is missing');
  if (id !== null && !(id instanceof Uint8Array)) throw malformed('`cti` is not a byte string');
  return { alg, typ: type, kid: kid as Bytes, issuer, audience, id: id as Bytes | null, contentType };
}

function malformed(why: string): ProtocolError {
  return new ProtocolError('cose-malformed', `not a COSE_Sign1 that Hopline takes: ${why}`);
}
