import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { derInteger, signLowS, verifyLowS } from './ecdsa.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const data = Buffer.from('a proposal');

describe('signatures', () => {
  it('are standard ones, always with the lower S', async () => {
    for (let count = 0; count < 32; count++) {
      const signature = await signLowS(privateKey, data);
      expect(verify('sha256', data, publicKey, signature)).toBe(true);
      expect(await verifyLowS(publicKey, data, signature)).toBe(true);
    }
  });

  it('of others are accepted with the lower S only', async () => {
    const verdicts = new Set<boolean>();
    // OpenSSL takes either S; both come up in 64 signatures unless the odds are one in 2^63.
    for (let count = 0; count < 64; count++) {
      const signature = sign('sha256', data, privateKey);
      const sLength = signature[5 + (signature[3] ?? 0)] ?? 0;
      const s = signature.subarray(signature.length - sLength);
      const isLow = s.length < 32 || (s.length === 32 && (s[0] ?? 0) < 0x7f);
      const isHigh = s.length === 33;
      const verdict = await verifyLowS(publicKey, data, signature);
      if (isLow) expect(verdict).toBe(true);
      if (isHigh) expect(verdict).toBe(false);
      verdicts.add(verdict);
    }
    expect(verdicts).toEqual(new Set([true, false]));
  });

  it('over other data, by other keys or in other forms are refused', async () => {
    const signature = await signLowS(privateKey, data);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await verifyLowS(publicKey, Buffer.from('other'), signature)).toBe(false);
    expect(await verifyLowS(other.publicKey, data, signature)).toBe(false);
    expect(await verifyLowS(publicKey, data, Buffer.concat([signature, Buffer.of(0)]))).toBe(false);
    for (let length = 0; length < signature.length; length++) {
      expect(await verifyLowS(publicKey, data, signature.subarray(0, length))).toBe(false);
    }
  });
});

describe('DER integers', () => {
  it.each([
    [0n, '020100'],
    [127n, '02017f'],
    [128n, '02020080'],
    [256n, '02020100'],
  ])('%i is %s (ITU-T X.690, 8.3)', (value, expected) => {
    expect(derInteger(value).toString('hex')).toBe(expected);
  });
});
