import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes } from '../testing/arbitraries.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { type Assurance, decodeLeaf, encodeLeaf, saltBytes } from './leaf.ts';

const leaf = fc.record({
  assurance: fc.constantFrom<Assurance>('device-signed', 'session-authenticated'),
  receivedAtMs: fc.maxSafeNat(),
  device: fc.stringMatching(/^urn:dev:os:32473-[A-Za-z0-9.-]{1,20}$/),
  salt: bytes(saltBytes, saltBytes),
  message: bytes(400),
});

test('every leaf comes back', () => {
  fc.assert(
    fc.property(leaf, (value) => {
      expect(decodeLeaf(encodeLeaf(value))).toEqual(value);
    }),
    seeded(),
  );
});

test('different leaves have different bytes', () => {
  fc.assert(
    fc.property(leaf, leaf, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      expect(encodeLeaf(a)).not.toEqual(encodeLeaf(b));
    }),
    seeded(),
  );
});

test('cut leaves are refused', async () => {
  const [value] = fc.sample(leaf, { seed: 1, numRuns: 1 });
  if (!value) throw new Error('no leaf');
  const encoded = encodeLeaf(value);
  for (let length = 0; length < encoded.length; length++) {
    expect(await refusalCode(() => decodeLeaf(encoded.subarray(0, length)))).toBe('cbor-malformed');
  }
});
