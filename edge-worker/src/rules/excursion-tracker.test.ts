import type { Rule } from '@hopline/protocol';
import { expect, test } from 'vitest';
import { emptyTracker, type Tracked, track } from './excursion-tracker.ts';

const rule: Rule = { id: 'cold', stream: 't', unit: 'Cel', min: 0, max: 8000, durationMs: 60_000 };

/** Feeds [time in seconds, value in thousandths] and returns what each gave. */
function feed(observations: readonly (readonly [number, number])[], by: Rule = rule): Tracked[] {
  let state = emptyTracker;
  return observations.map(([seconds, value]) => {
    const tracked = track(state, by, { timeMs: seconds * 1000, value });
    state = tracked.state;
    return tracked;
  });
}

const alerts = (tracked: readonly Tracked[]) => tracked.map((one) => one.alert);

test('an excursion is announced once, when it has lasted as long as the rule says', () => {
  const tracked = feed([
    [0, 4000],
    [30, 9000],
    [60, 9500],
    [90, 9100],
    [120, 8500],
    [150, 4000],
  ]);
  expect(alerts(tracked)).toEqual([false, false, false, true, false, false]);
  expect(tracked[4]?.excursion).toEqual({ fromMs: 30_000, toMs: 120_000, peak: 9500 });
});

test('the limits themselves are within them, on both sides', () => {
  expect(
    alerts(
      feed([
        [0, 8000],
        [100, 8000],
        [200, 0],
        [300, 0],
      ]),
    ),
  ).toEqual([false, false, false, false]);
  const cold = feed([
    [0, -1],
    [100, -900],
  ]);
  expect(cold[1]).toMatchObject({ alert: true, excursion: { peak: -900 } });
});

test('a reading within the limits ends it: two short ones are no long one', () => {
  expect(
    alerts(
      feed([
        [0, 9000],
        [50, 9000],
        [55, 4000],
        [60, 9000],
        [110, 9000],
      ]),
    ),
  ).not.toContain(true);
});

test('a duration of 0 is broken by a single reading', () => {
  expect(alerts(feed([[0, 9000]], { ...rule, durationMs: 0 }))).toEqual([true]);
});

test('a backlog that arrives late opens its excursion where it belongs', () => {
  const tracked = feed([
    [1000, 4000],
    [2000, 4000],
    [100, 9000],
    [130, 9900],
    [160, 9000],
    [190, 4000],
  ]);
  expect(alerts(tracked)).toEqual([false, false, false, false, true, false]);
  expect(tracked[4]?.excursion).toEqual({ fromMs: 100_000, toMs: 160_000, peak: 9900 });
});

test('the same backlog out of order ends with the same excursion', () => {
  const tracked = feed([
    [160, 9000],
    [1000, 4000],
    [100, 9000],
    [130, 9900],
  ]);
  expect(tracked.filter((one) => one.alert)).toHaveLength(1);
  expect(tracked[3]?.excursion).toEqual({ fromMs: 100_000, toMs: 160_000, peak: 9900 });
});

test('a late reading within the limits cuts a stretch in two, so that it does not become an excursion', () => {
  const tracked = feed([
    [0, 9000],
    [50, 9000],
    [25, 4000],
    [80, 9000],
  ]);
  expect(alerts(tracked)).not.toContain(true);
  expect(tracked[3]?.state.runs.map((run) => run.kind)).toEqual(['broken', 'kept', 'broken']);
});

test('while a rule is kept the state is saved about once a minute of the readings, not with each', () => {
  const tracked = feed(Array.from({ length: 100 }, (_, index) => [index * 10, 4000] as const));
  const saved = tracked.filter((one) => one.save).length;
  expect(saved).toBeGreaterThan(10);
  expect(saved).toBeLessThan(25);
});

test('the number of runs is bounded', () => {
  const tracked = feed(Array.from({ length: 500 }, (_, index) => [index, index % 2 === 0 ? 4000 : 9000] as const));
  expect(tracked.at(-1)?.state.runs.length).toBeLessThanOrEqual(32);
});
