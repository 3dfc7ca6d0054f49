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

/** Decodes any well-formed CBOR without tags, as devices send it. Duplicate keys, NaN and infinities are refused. */
export function decodeCbor(bytes: Uint8Array): CborValue {
  return decodeWith(bytes, shared);
}

function decodeWith(bytes: Uint8Array, options: DecodeOptions): CborValue {
  try {
    return decode(bytes as Bytes, options) as CborValue;
  } catch (cause) {
    throw new ProtocolError('cbor-malformed', 'the bytes are not well-formed CBOR', {}, { cause });
  }
}
