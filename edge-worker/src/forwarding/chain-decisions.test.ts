import { expect, test } from 'vitest';
import { backOffMs, longestRefusedDelayMs } from './back-off.ts';
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

const head = (mspId: string, sequence: number | null, value = sequence ?? 0) => ({
  mspId,
  sequence,
  digest: sequence === null ? null : digest(value),
  height: 1,
});

test('a batch is covered when two organisations report a head at or beyond it, and the right one', () => {
  const own = { head: 5, oldest: 2, digestAt: ownDigest };
  expect(coveredSequence([], own)).toBeNull();
  expect(coveredSequence([head('A', 5)], own)).toBeNull();
  expect(coveredSequence([head('A', 5), head('B', null)], own)).toBeNull();
  expect(coveredSequence([head('A', 5), head('B', 3)], own)).toBe(3);
  expect(coveredSequence([head('A', 5), head('B', 3), head('C', 4)], own)).toBe(4);
  expect(coveredSequence([head('A', 5), head('B', 4, 99)], own)).toBeNull();
  // What has left was covered.
  expect(coveredSequence([head('A', 5), head('B', 1, 99)], own)).toBe(1);
});

test('a head beyond the own one, or at a statement that is not known here, covers nothing', () => {
  const known = (sequence: number) => (sequence <= 3 || sequence === 8 ? digest(sequence) : null);
  const clone = { head: 3, oldest: 0, digestAt: known };
  expect(coveredSequence([head('A', 9), head('B', 9)], clone)).toBeNull();
  expect(coveredSequence([head('A', 9), head('B', 3)], clone)).toBeNull();
  expect(coveredSequence([head('A', 9), head('B', 9)], { head: null, oldest: null, digestAt: () => null })).toBeNull();
  // A chain that was taken up from the ledger: between its own statements and the head nothing is known.
  const takenUp = { head: 8, oldest: 0, digestAt: known };
  expect(coveredSequence([head('A', 8), head('B', 6)], takenUp)).toBeNull();
  expect(coveredSequence([head('A', 8), head('B', 8)], takenUp)).toBe(8);
});

test('the back-off doubles, is bounded, and spreads over its upper half', () => {
  expect(backOffMs(0, 0)).toBe(250);
  expect(backOffMs(0, 1)).toBe(500);
  expect(backOffMs(3, 1)).toBe(4000);
  expect(backOffMs(1000, 1)).toBe(60_000);
  expect(backOffMs(1000, 1, longestRefusedDelayMs)).toBe(1_800_000);
});
