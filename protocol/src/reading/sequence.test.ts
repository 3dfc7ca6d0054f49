import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../bytes.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { compareSequences, decodeSequence, encodeSequence, maxCounter, maxEpoch } from './sequence.ts';

const sequence = fc.record({
  epoch: fc.oneof(fc.integer({ min: 0, max: maxEpoch }), fc.constantFrom(0, 2 ** 31, maxEpoch)),
  counter: fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 32, maxCounter)),
});

test('every sequence comes back, out of a view too', () => {
  fc.assert(
    fc.property(sequence, (value) => {
      const inside = new Uint8Array(20);
      inside.set(encodeSequence(value), 5);
      expect(decodeSequence(inside.subarray(5, 17) as Uint8Array<ArrayBuffer>)).toEqual(value);
    }),
    seeded(),
  );
});

test('4 bytes of epoch and 8 of counter, big-endian', () => {
  expect(toHex(encodeSequence({ epoch: 0x01020304, counter: 0x05060708 }))).toBe('010203040000000005060708');
});

test('the order of sequences is that of their bytes', () => {
  fc.assert(
    fc.property(sequence, sequence, (a, b) => {
      expect(Math.sign(compareSequences(a, b))).toBe(Buffer.compare(encodeSequence(a), encodeSequence(b)));
    }),
    seeded(),
  );
});

test.each([
  { epoch: -1, counter: 0 },
  { epoch: maxEpoch + 1, counter: 0 },
  { epoch: 0.5, counter: 0 },
  { epoch: 0, counter: -1 },
  { epoch: 0, counter: maxCounter + 1 },
  { epoch: 0, counter: Number.NaN },
])('%j is no sequence', async (value) => {
  expect(await refusalCode(() => encodeSequence(value))).toBe('reading-malformed');
});

test.each([null, new Uint8Array(0), new Uint8Array(11), new Uint8Array(13), new Uint8Array(12).fill(0xff)])(
  '%j is no `cti`',
  async (value) => {
    expect(await refusalCode(() => decodeSequence(value))).toBe('reading-malformed');
  },
);
