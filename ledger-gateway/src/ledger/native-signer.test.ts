import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { nativeSigner } from './native-signer.ts';

const halfOrder = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
const signatures = 200;

test('every signature holds, has the lower S, and is DER in its one form', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = nativeSigner(privateKey);
  for (let n = 0; n < signatures; n++) {
    const message = randomBytes(n);
    const der = Buffer.from(await signer(message));
    // OpenSSL takes only the shortest form of each number.
    expect(verify('sha256', message, publicKey, der)).toBe(true);
    const sAt = 4 + (der[3] ?? 0) + 2;
    expect(BigInt(`0x${der.subarray(sAt).toString('hex')}`) <= halfOrder).toBe(true);
    expect(verify('sha256', Buffer.concat([message, Buffer.of(0)]), publicKey, der)).toBe(false);
  }
});

test('a key of another curve is refused before anything is signed', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  expect(() => nativeSigner(privateKey)).toThrow(TypeError);
});
