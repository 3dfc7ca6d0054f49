import { expect, test } from 'vitest';
import { backOffMs } from './back-off.ts';
import { compareHeads } from './compare-heads.ts';
import { coveredSequence } from './covered-sequence.ts';

const digest = (value: number) => new Uint8Array(32).fill(value);
const ownDigest = (sequence: number) => (sequence < 2 ? null : digest(sequence));

test('heads are compared by sequence and digest', () => {
  const at = (sequence: number, value = sequence) => ({ sequence, digest: digest(value) });
  expect(compareHeads(null, ownDigest, null)).toBe('agrees');
  expect(compareHeads(null, ownDigest, at(0))).toBe('behind');
  expect(compareHeads({ sequence: 5 }, ownDigest, null)).toBe('agrees');
  expect(compareHeads({ sequence: 5 }, ownDigest, at(5))).toBe('agrees');
  expect(compareHeads({ sequence: 5 }, ownDigest, at(4))).toBe('agrees');
  expect(compareHeads({ sequence: 5 }, ownDigest, at(6))).toBe('behind');
  expect(compareHeads({ sequence: 5 }, ownDigest, at(4, 99))).toBe('differs');
  // What has left was covered, and is not looked at again.
  expect(compareHeads({ sequence: 5 }, ownDigest, at(1, 99))).toBe('agrees');
});

test('a batch is covered when two organisations report a head at or beyond it, and the right one', () => {
  const head = (mspId: string, sequence: number | null, value = sequence ?? 0) => ({
    mspId,
    sequence,
    digest: sequence === null ? null : digest(value),
    height: 1,
  });
  expect(coveredSequence([], ownDigest)).toBeNull();
  expect(coveredSequence([head('A', 5)], ownDigest)).toBeNull();
  expect(coveredSequence([head('A', 5), head('B', null)], ownDigest)).toBeNull();
  expect(coveredSequence([head('A', 5), head('B', 3)], ownDigest)).toBe(3);
  expect(coveredSequence([head('A', 5), head('B', 3), head('C', 4)], ownDigest)).toBe(4);
  expect(coveredSequence([head('A', 5), head('B', 4, 99)], ownDigest)).toBeNull();
});

test('the back-off doubles, is bounded, and spreads over its upper half', () => {
  expect(backOffMs(0, 0)).toBe(250);
  expect(backOffMs(0, 1)).toBe(500);
  expect(backOffMs(3, 1)).toBe(4000);
  expect(backOffMs(1000, 1)).toBe(60_000);
});
