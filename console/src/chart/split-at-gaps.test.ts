import { expect, test } from 'vitest';
import { splitAtGaps } from './split-at-gaps.ts';

const intervalMs = 300_000;
const split = (...at: number[]) =>
  splitAtGaps(
    at.map((index) => ({ startMs: index * intervalMs, count: 1, min: 0, max: 0, mean: 0 })),
    intervalMs,
  ).map((run) => run.map(({ startMs }) => startMs / intervalMs));

test('a probe that misses one interval goes on, and one that misses two has a gap', () => {
  expect(split(0, 1, 2, 4, 5, 8)).toEqual([[0, 1, 2, 4, 5], [8]]);
});

test('a tracker that measures every 20 minutes has no gaps of its own making', () => {
  expect(split(0, 4, 8, 11, 15, 19)).toEqual([[0, 4, 8, 11, 15, 19]]);
  expect(split(0, 4, 8, 20, 24)).toEqual([
    [0, 4, 8],
    [20, 24],
  ]);
});

test('one value is one run, and none is none', () => {
  expect(split(7)).toEqual([[7]]);
  expect(split()).toEqual([]);
});
