import { expect, test } from 'vitest';
import { addInterval, covers, type Interval } from './interval.ts';

test('intervals that overlap or touch become one, and what is absorbed is named', () => {
  const before = [
    { first: 1, last: 3 },
    { first: 6, last: 8 },
    { first: 20, last: 20 },
  ];
  const { intervals, joined, absorbed } = addInterval(before, { first: 4, last: 5 });
  expect(joined).toEqual({ first: 1, last: 8 });
  expect(absorbed).toEqual(before.slice(0, 2));
  expect(intervals).toEqual([joined, { first: 20, last: 20 }]);
});

test('in whatever order counters come, the intervals are those of the set', () => {
  for (let round = 0; round < 50; round++) {
    const set = new Set<number>();
    let intervals: readonly Interval[] = [];
    for (let i = 0; i < 40; i++) {
      const first = (round * 7919 + i * 104_729) % 97;
      const last = first + ((round + i) % 4);
      for (let counter = first; counter <= last; counter++) set.add(counter);
      ({ intervals } = addInterval(intervals, { first, last }));
    }
    for (let counter = 0; counter < 110; counter++) expect(covers(intervals, counter)).toBe(set.has(counter));
    for (const [index, { first }] of intervals.entries()) {
      expect(first).toBeGreaterThan((intervals[index - 1]?.last ?? -2) + 1);
    }
  }
});
