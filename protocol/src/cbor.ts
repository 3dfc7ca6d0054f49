import { type DecodeOptions, decode, encode, rfc8949EncodeOptions } from 'cborg';
import { type Bytes, equal } from './bytes.ts';
import { ProtocolError } from './error.ts';

/** What our own CBOR consists of: maps have integer or text keys and are `Map`s once decoded. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | CborValue[]
  | Map<number | string, CborValue>;

const shared: DecodeOptions = {
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
};
const strict: DecodeOptions = { ...shared, strict: true, allowIndefinite: false };

/** Arrays and maps within one another; nothing of ours comes near it. */
const maxCborDepth = 16;

/** Deterministic CBOR (RFC 8949 §4.2.1): shortest forms, definite lengths, keys in bytewise order. */
export function encodeCbor(value: CborValue): Bytes {
  return encode(value, rfc8949EncodeOptions) as Bytes;
}

/**
 * Decodes what must be deterministic CBOR. Throws `cbor-malformed` for what is not CBOR and `cbor-not-deterministic`
 * for what does not encode to itself again, so that one meaning has one form of bytes.
 */
export function decodeDeterministicCbor(bytes: Uint8Array): CborValue {
  const value = decodeWith(bytes, strict);
  if (!equal(encodeCbor(value), bytes)) {
    throw new ProtocolError('cbor-not-deterministic', 'the CBOR is not in its deterministic form (RFC 8949 §4.2.1)');
  }
  return value;
}

/**
 * Decodes any well-formed CBOR without tags, as devices send it. Duplicate keys, NaN, infinities and
 * text that is not UTF-8 are refused. Throws `cbor-malformed`.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  return decodeWith(bytes, shared);
}

function decodeWith(bytes: Uint8Array, options: DecodeOptions): CborValue {
  let value: CborValue;
  try {
    value = decode(bytes as Bytes, options) as CborValue;
  } catch (cause) {
    throw malformed('the bytes are not well-formed CBOR', cause);
  }
  checkValue(value, 0);
  return value;
}

/**
 * What the library lets through: text that is not UTF-8 (it puts U+FFFD in its place, which nobody sends on purpose),
 * keys other than integers and texts (whose duplicates it would not see), and depth without end.
 */
function checkValue(value: CborValue, depth: number): void {
  if (typeof value === 'string') {
    if (value.includes('\ufffd')) throw malformed('a text is not well-formed UTF-8');
    return;
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (depth === maxCborDepth) throw malformed(`arrays and maps lie more than ${maxCborDepth} deep`);
  if (Array.isArray(value)) {
    for (const item of value) checkValue(item, depth + 1);
    return;
  }
  for (const [key, item] of value) {
    if (typeof key !== 'string' && !Number.isSafeInteger(key)) throw malformed('a key is neither integer nor text');
    if (typeof key === 'string') checkValue(key, depth);
    checkValue(item, depth + 1);
  }
}

function malformed(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('cbor-malformed', why, {}, { cause });
}
