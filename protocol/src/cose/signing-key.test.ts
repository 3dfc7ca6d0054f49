import { expect, test } from 'vitest';
import { toBase64Url } from '../bytes.ts';
import { refusalCode } from '../testing/index.ts';
import { importPublicKey, verifyEd25519 } from './ed25519.ts';
import { keyThumbprint } from './key-thumbprint.ts';
import { generateSigningKey, importSigningKey, signingKeyFromSeed } from './signing-key.ts';

test('a generated key survives its JWK, names itself by its thumbprint and signs', async () => {
  const { key, jwk } = await generateSigningKey();
  const again = await importSigningKey(JSON.parse(JSON.stringify(jwk)));
  expect(again.publicKey).toEqual(key.publicKey);
  expect(again.kid).toEqual(await keyThumbprint(key.publicKey));
  const message = new Uint8Array(3);
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', again.privateKey, message));
  expect(await verifyEd25519(await importPublicKey(key.publicKey), signature, message)).toBe(true);
});

test('two generated keys differ', async () => {
  const [a, b] = await Promise.all([generateSigningKey(), generateSigningKey()]);
  expect(a.jwk.d).not.toBe(b.jwk.d);
});

test('an imported private key does not leave the platform again', async () => {
  const { key } = await generateSigningKey();
  await expect(crypto.subtle.exportKey('jwk', key.privateKey)).rejects.toThrow();
});

test('a seed gives one key', async () => {
  const seed = new Uint8Array(32).fill(9);
  const [a, b] = [await signingKeyFromSeed(seed), await signingKeyFromSeed(seed)];
  expect(a.jwk).toEqual(b.jwk);
  expect(a.jwk.d).toBe(toBase64Url(seed));
  expect(await refusalCode(() => signingKeyFromSeed(seed.slice(1)))).toBe('key-malformed');
});

test('a private key whose public half is another’s is refused', async () => {
  const [a, b] = [await generateSigningKey(), await generateSigningKey()];
  expect(await refusalCode(() => importSigningKey({ ...a.jwk, x: b.jwk.x }))).toBe('key-malformed');
  expect(await refusalCode(() => importSigningKey({ ...a.jwk, d: 'AA' }))).toBe('key-malformed');
  expect(await refusalCode(() => importSigningKey({ ...a.jwk, x: '=' }))).toBe('key-malformed');
});
