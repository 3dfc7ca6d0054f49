import { type Bytes, fromHex, toHex } from '../bytes.ts';
import { ProtocolError } from '../error.ts';

export const publicKeyBytes = 32;
export const signatureBytes = 64;

/** p = 2^255 − 19, the field's prime; L, the order of the base point (RFC 8032 §5.1). */
const fieldPrime = 2n ** 255n - 19n;
const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;

/** y coordinates of the eight points of small order, from RFC 8032's curve equation: orders 1, 2, 4 and 8. */
const smallOrderY = new Set<bigint>([
  0n,
  1n,
  fieldPrime - 1n,
  littleEndian(fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')),
  littleEndian(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')) & (2n ** 255n - 1n),
]);

const lastFieldByte = 0x7f;

/** An Ed25519 public key that this platform has taken in, with the bytes it came from. */
export interface PublicKey {
  readonly bytes: Bytes;
  readonly key: CryptoKey;
}

/**
 * Takes in a public key of 32 bytes. Throws `key-malformed` where the length or the encoding is not canonical, and
 * `key-small-order` for the keys under which anybody could sign. Whether the point lies on the curve, the platforms look
 * at only when they verify: no signature holds under one that does not.
 */
export async function importPublicKey(bytes: Uint8Array): Promise<PublicKey> {
  if (bytes.length !== publicKeyBytes) {
    throw new ProtocolError('key-malformed', `an Ed25519 key has ${publicKeyBytes} bytes`, { bytes: bytes.length });
  }
  const flaw = pointFlaw(bytes);
  if (flaw === 'small-order')
    throw new ProtocolError('key-small-order', 'the key is a point of small order', { key: toHex(bytes) });
  if (flaw) throw new ProtocolError('key-malformed', 'the key is not canonically encoded', { key: toHex(bytes) });
  const owned = bytes.slice();
  try {
    return { bytes: owned, key: await crypto.subtle.importKey('raw', owned, 'Ed25519', true, ['verify']) };
  } catch (cause) {
    throw new ProtocolError('key-malformed', 'the platform does not take the key', { key: toHex(bytes) }, { cause });
  }
}

/**
 * Whether a signature holds. Platforms differ about odd inputs (a small-order R passes on some and not on others), so
 * those are decided here, before the platform's own cofactorless verification (RFC 8032 §5.1.7): S < L, and R decodes
 * canonically and is not of small order.
 */
export async function verifyEd25519(key: PublicKey, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  if (!isAcceptableSignature(signature)) return false;
  return crypto.subtle.verify('Ed25519', key.key, signature as Bytes, message as Bytes);
}

/** The part of the verification that needs no curve arithmetic: length, S < L, R canonical and not of small order. */
export function isAcceptableSignature(signature: Uint8Array): boolean {
  if (signature.length !== signatureBytes) return false;
  return pointFlaw(signature.subarray(0, 32)) === null && isBelowGroupOrder(signature.subarray(32));
}

function isBelowGroupOrder(s: Uint8Array): boolean {
  // The order is 2^252 and a little: a top byte below 0x10 decides almost always, without big integers.
  const top = s[31] ?? 0xff;
  if (top < 0x10) return true;
  return top === 0x10 && littleEndian(s) < groupOrder;
}

function pointFlaw(point: Uint8Array): 'not-canonical' | 'small-order' | null {
  // Only few encodings need a closer look: those whose y is near 0 or p, and the two of order 8, known by their last byte.
  const last = (point[31] ?? 0) & lastFieldByte;
  if (last !== 0 && last !== lastFieldByte && last !== 0x05 && last !== 0x7a) return null;
  const y = littleEndian(point) & (2n ** 255n - 1n);
  if (smallOrderY.has(y)) return 'small-order';
  return y >= fieldPrime ? (smallOrderY.has(y - fieldPrime) ? 'small-order' : 'not-canonical') : null;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}
