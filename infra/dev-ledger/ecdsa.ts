import { type KeyObject, sign, verify } from 'node:crypto';

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const COORDINATE_BYTES = 32;

/**
 * ECDSA P-256 over SHA-256, DER, with the lower of the two possible S: Fabric refuses the other one, because a signature
 * that anybody can turn into a second valid one would change a transaction's bytes.
 */
export async function signLowS(privateKey: KeyObject, data: Uint8Array): Promise<Buffer> {
  const raw = await new Promise<Buffer>((resolve, reject) => {
    sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }, (error, signature) =>
      error ? reject(error) : resolve(signature),
    );
  });
  const s = toBigInt(raw.subarray(COORDINATE_BYTES));
  const low = s > P256_ORDER / 2n ? P256_ORDER - s : s;
  return derSequence([derInteger(toBigInt(raw.subarray(0, COORDINATE_BYTES))), derInteger(low)]);
}

/** Whether this is the key's signature over the data, with a low S. */
export async function verifyLowS(publicKey: KeyObject, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (!isCanonicalLowS(signature)) return false;
  return new Promise((resolve, reject) => {
    verify('sha256', data, publicKey, signature, (error, valid) => (error ? reject(error) : resolve(valid)));
  });
}

/** A DER INTEGER of a number that is not negative. */
export function derInteger(value: bigint): Buffer {
  let hex = value.toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  // A leading one bit would mean a negative number.
  if (Number.parseInt(hex.slice(0, 2), 16) >= 0x80) hex = `00${hex}`;
  return derElement(0x02, Buffer.from(hex, 'hex'));
}

export function derOctetString(bytes: Uint8Array): Buffer {
  return derElement(0x04, bytes);
}

export function derSequence(elements: Uint8Array[]): Buffer {
  return derElement(0x30, Buffer.concat(elements));
}

function derElement(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const size = Buffer.from(derLengthHex(length), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | size.length), size, content]);
}

function derLengthHex(length: number): string {
  const hex = length.toString(16);
  return hex.length % 2 ? `0${hex}` : hex;
}

/** Whether this is DER of two numbers in its one form, the second of them in the lower half. */
function isCanonicalLowS(der: Uint8Array): boolean {
  const bytes = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  const rLength = bytes[3];
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2 || bytes[2] !== 0x02 || rLength === undefined) return false;
  const r = bytes.subarray(4, 4 + rLength);
  const rest = bytes.subarray(4 + rLength);
  if (rest[0] !== 0x02 || rest[1] !== rest.length - 2) return false;
  const s = rest.subarray(2);
  return isMinimalPositive(r) && isMinimalPositive(s) && toBigInt(s) <= P256_ORDER / 2n;
}

function isMinimalPositive(integer: Buffer): boolean {
  const [first, second] = integer;
  if (first === undefined || first >= 0x80 || integer.length > COORDINATE_BYTES + 1) return false;
  if (first !== 0) return integer.length <= COORDINATE_BYTES;
  return second !== undefined && second >= 0x80;
}

function toBigInt(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}
