import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes } from '../testing/arbitraries.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { importPublicKey, isAcceptableSignature, verifyEd25519 } from './ed25519.ts';
import { signingKeyFromSeed } from './signing-key.ts';

async function sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', testKeys.device.signing.privateKey, message));
}

test('a signature holds over its message and key, and over no other bit', async () => {
  await fc.assert(
    fc.asyncProperty(bytes(100, 1), fc.nat(), fc.nat(511), async (message, chosen, bit) => {
      const key = testKeys.device.public;
      const signature = await sign(message);
      expect(await verifyEd25519(key, signature, message)).toBe(true);
      expect(await verifyEd25519(testKeys.stranger.public, signature, message)).toBe(false);
      expect(await verifyEd25519(key, flipped(signature, bit), message)).toBe(false);
      expect(await verifyEd25519(key, signature, flipped(message, chosen % (8 * message.length)))).toBe(false);
    }),
    seeded(50),
  );
});

test('keys of random seeds are taken in, and their signatures pass the look before the verification', async () => {
  await fc.assert(
    fc.asyncProperty(bytes(32, 32), bytes(40), async (seed, message) => {
      const { key } = await signingKeyFromSeed(seed);
      const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, message));
      expect(isAcceptableSignature(signature)).toBe(true);
      expect(await verifyEd25519(await importPublicKey(key.publicKey), signature, message)).toBe(true);
    }),
    seeded(50),
  );
});

test('S is below the order of the base point, looked at without the platform', async () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const r = (await sign(new Uint8Array(1))).slice(0, 32);
  const withS = (s: bigint) =>
    Uint8Array.from([...r, ...Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()]);
  for (const s of [0n, 1n, order - 1n]) expect(isAcceptableSignature(withS(s))).toBe(true);
  for (const s of [order, order + 1n, 2n ** 253n, 2n ** 256n - 1n]) expect(isAcceptableSignature(withS(s))).toBe(false);
});

test('signatures of other lengths are no signatures', async () => {
  const signature = await sign(new Uint8Array(1));
  for (const length of [0, 1, 63]) expect(isAcceptableSignature(signature.slice(0, length))).toBe(false);
  expect(isAcceptableSignature(Uint8Array.from([...signature, 0]))).toBe(false);
});

test.each([0, 31, 33, 64])('a key of %s bytes is malformed', async (length) => {
  expect(await refusalCode(() => importPublicKey(new Uint8Array(length)))).toBe('key-malformed');
});

test('a key keeps its own copy of the bytes', async () => {
  const given = testKeys.device.public.bytes.slice();
  const key = await importPublicKey(given);
  given.fill(0);
  expect(key.bytes).toEqual(testKeys.device.public.bytes);
});

function flipped(value: Uint8Array, bit: number): Uint8Array {
  const changed = value.slice();
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}
