import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Signer } from '@hyperledger/fabric-gateway';

/** Order of the base point of P-256 (SP 800-186 §3.2.1.3). */
const p256Order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const coordinateBytes = 32;
const derInteger = 0x02;
const derSequence = 0x30;
const signAsync = promisify(sign);

/**
 * Signs for `@hyperledger/fabric-gateway`, which has to be given `hash.none` with it: ECDSA P-256 over SHA-256, DER, with
 * the lower of the two possible S, which Fabric asks for. The signer that comes with the client computes the curve in
 * JavaScript; a transaction takes three signatures, which the platform makes in a fifteenth of the time.
 *
 * @throws TypeError for a key that is not of P-256
 */
export function nativeSigner(key: KeyObject): Signer {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('the identity’s key must be of P-256');
  return async (message) => {
    const raw = await signAsync('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
    const s = toNumber(raw.subarray(coordinateBytes));
    return toDer(toNumber(raw.subarray(0, coordinateBytes)), s > p256Order / 2n ? p256Order - s : s);
  };
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

/** Two numbers of a P-256 signature as DER: 72 bytes at most, so that every length fits one byte. */
function toDer(r: bigint, s: bigint): Uint8Array {
  const parts = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(derSequence, parts.length), parts]);
}

function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  // A leading one bit would mean a negative number.
  const content = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(derInteger, content.length), content]);
}
