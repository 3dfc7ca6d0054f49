import type { Bytes } from '../bytes.ts';
import { ProtocolError } from '../error.ts';

/** Tag 18, an array of four (RFC 9052 §4.2): the first two bytes of every tagged COSE_Sign1. */
const tagSign1 = 0xd2;
const arrayOfFour = 0x84;
const emptyMap = 0xa0;
const majorTypeBytes = 0x40;

/** Array of four, the text "Signature1". */
const context = Uint8Array.from([0x84, 0x6a, ...new TextEncoder().encode('Signature1')]);

/** The parts of a COSE_Sign1, not looked into. */
export interface Envelope {
  readonly protectedBytes: Bytes;
  readonly payload: Bytes;
  readonly signature: Bytes;
}

/** Puts a COSE_Sign1 together in deterministic CBOR, with an empty unprotected header. */
export function writeEnvelope({ protectedBytes, payload, signature }: Envelope): Bytes {
  const size = 3 + byteStringSize(protectedBytes) + byteStringSize(payload) + byteStringSize(signature);
  const bytes = new Uint8Array(size);
  bytes[0] = tagSign1;
  bytes[1] = arrayOfFour;
  let offset = putByteString(bytes, 2, protectedBytes);
  bytes[offset++] = emptyMap;
  offset = putByteString(bytes, offset, payload);
  putByteString(bytes, offset, signature);
  return bytes;
}

/**
 * Takes a COSE_Sign1 apart. The envelope is not signed, so it is deterministic for everybody, devices included: else
 * anybody on the way could give a signed message other bytes, which would look like an equivocation of the device.
 * Written out by hand because each reading comes through here. Throws `cose-malformed` or `cbor-not-deterministic`.
 */
export function readEnvelope(bytes: Uint8Array): Envelope {
  if (bytes[0] !== tagSign1) throw malformed('it does not begin with the tag 18 of COSE_Sign1');
  if (bytes[1] !== arrayOfFour) throw malformed('it is not an array of four');
  const protectedBytes = readByteString(bytes, 2, 'the protected header');
  if (bytes[protectedBytes.end] !== emptyMap) throw malformed('the unprotected header is not empty');
  const payload = readByteString(bytes, protectedBytes.end + 1, 'the payload');
  const signature = readByteString(bytes, payload.end, 'the signature');
  if (signature.end !== bytes.length) throw malformed('something follows its end');
  return { protectedBytes: protectedBytes.value, payload: payload.value, signature: signature.value };
}

/** Sig_structure of RFC 9052 §4.4, without external data: what a COSE_Sign1's signature is made over. */
export function sigStructure(protectedBytes: Uint8Array, payload: Uint8Array): Bytes {
  const bytes = new Uint8Array(context.length + byteStringSize(protectedBytes) + 1 + byteStringSize(payload));
  bytes.set(context);
  const offset = putByteString(bytes, context.length, protectedBytes);
  bytes[offset] = majorTypeBytes;
  putByteString(bytes, offset + 1, payload);
  return bytes;
}

/** How many bytes a byte string's length takes in its shortest form (RFC 8949 §4.2.1), the first byte aside. */
function argumentWidth(length: number): number {
  if (length < 24) return 0;
  return length < 0x100 ? 1 : length < 0x10000 ? 2 : 4;
}

function byteStringSize(value: Uint8Array): number {
  return 1 + argumentWidth(value.length) + value.length;
}

/** Writes a byte string at `offset` and returns where it ends. */
function putByteString(target: Uint8Array, offset: number, value: Uint8Array): number {
  const width = argumentWidth(value.length);
  target[offset] = majorTypeBytes + (width === 0 ? value.length : 24 + Math.log2(width));
  for (let i = 0; i < width; i++) target[offset + width - i] = value.length >>> (8 * i);
  target.set(value, offset + 1 + width);
  return offset + 1 + width + value.length;
}

function readByteString(bytes: Uint8Array, offset: number, what: string): { value: Bytes; end: number } {
  const argument = (bytes[offset] ?? 0) - majorTypeBytes;
  if (argument < 0 || argument > 26) throw malformed(`${what} is not a byte string of definite length`);
  const width = argument < 24 ? 0 : 2 ** (argument - 24);
  let length = argument < 24 ? argument : 0;
  for (let i = 1; i <= width; i++) length = length * 0x100 + (bytes[offset + i] ?? 0);
  const start = offset + 1 + width;
  if (start + length > bytes.length) throw malformed(`${what} is cut off`);
  if (argumentWidth(length) !== width) {
    throw new ProtocolError('cbor-not-deterministic', `the length of ${what} is not in its shortest form`);
  }
  return { value: bytes.slice(start, start + length) as Bytes, end: start + length };
}

function malformed(why: string): ProtocolError {
  return new ProtocolError('cose-malformed', `not a COSE_Sign1 that Hopline takes: ${why}`);
}
