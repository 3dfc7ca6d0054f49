import type { Rule } from '@hopline/protocol';
import { describe, expect, test } from 'vitest';
import { judgeLimit } from './judge-limits.ts';
import type { Interval } from './shapes.ts';

const intervalMs = 300_000;
const always = { fromMs: 0, toMs: 100 * intervalMs };
const limit = (durationIntervals: number): Rule => ({
  id: 'cold-chain',
  stream: 'temperature',
  unit: 'Cel',
  min: null,
  max: 5_000,
  durationMs: durationIntervals * intervalMs,
});

/** Intervals from 0 on, each given by its lowest and highest value. */
const intervals = (...figures: [min: number, max: number][]): Interval[] =>
  figures.map(([min, max], index) => ({ startMs: index * intervalMs, count: 2, min, max, mean: (min + max) / 2 }));

const cold: [number, number] = [2_000, 4_000];
const warm: [number, number] = [6_000, 8_000];
const mixed: [number, number] = [4_000, 7_000];

describe('a limit with a duration', () => {
  test('is kept while nothing is outside', () => {
    expect(judgeLimit(limit(2), intervals(cold, cold, cold), always)).toEqual([]);
  });

  test('is broken for sure when everything was outside for so long', () => {
    expect(judgeLimit(limit(2), intervals(cold, warm, warm, cold), always)).toMatchObject([
      { fromMs: intervalMs, toMs: 3 * intervalMs, peak: 8_000, certainty: 'certain' },
    ]);
  });

  test('may be broken when only some of it was', () => {
    expect(judgeLimit(limit(2), intervals(mixed, mixed), always)).toMatchObject([
      { certainty: 'possible', peak: 7_000 },
    ]);
  });

  test('is kept by what is too short', () => {
    expect(judgeLimit(limit(2), intervals(cold, warm, cold, warm), always)).toEqual([]);
  });

  test('an interval that is partly outside the stay proves nothing', () => {
    const stay = { fromMs: intervalMs / 2, toMs: 100 * intervalMs };
    expect(judgeLimit(limit(1), intervals(warm, warm), stay)).toMatchObject([
      { fromMs: stay.fromMs, certainty: 'certain' },
    ]);
    expect(judgeLimit(limit(2), intervals(warm, warm), stay)).toEqual([]);
    expect(judgeLimit(limit(1.5), intervals(warm, warm), stay)).toMatchObject([{ certainty: 'possible' }]);
  });

  test('a gap in the figures ends a run', () => {
    const [first, , third] = intervals(warm, warm, warm);
    expect(
      judgeLimit(
        limit(2),
        [first, third].filter((each) => each !== undefined),
        always,
      ),
    ).toEqual([]);
  });
});

describe('a limit without duration', () => {
  test('is broken by a single value', () => {
    expect(judgeLimit(limit(0), intervals(cold, mixed), always)).toMatchObject([{ certainty: 'certain' }]);
  });

  test('may be, where the value can lie before the stay', () => {
    expect(judgeLimit(limit(0), intervals(mixed), { fromMs: 1, toMs: intervalMs })).toMatchObject([
      { certainty: 'possible' },
    ]);
  });
});

test('a lower limit is judged by the lowest value', () => {
  const frost = { ...limit(1), min: 0, max: null };
  expect(judgeLimit(frost, intervals(cold, [-3_000, -1_000]), always)).toMatchObject([
    { peak: -3_000, certainty: 'certain' },
  ]);
});
