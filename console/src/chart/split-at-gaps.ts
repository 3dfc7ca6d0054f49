import type { Interval } from '../api/history.ts';

/** A pause longer than this many of a sensor's own usual steps is a gap: one lost value does not break a line. */
const gapSteps = 2.5;

/**
 * Splits the intervals of one device where it did not measure. How often a device measures is its own affair (a tracker on
 * its battery less than a probe on the mains), so its usual step, the median, is the measure.
 * @param intervals in ascending order
 */
export function splitAtGaps(intervals: readonly Interval[], intervalMs: number): Interval[][] {
  const steps = intervals.slice(1).map(({ startMs }, index) => startMs - (intervals[index]?.startMs ?? 0));
  const usual = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? intervalMs;
  const gapMs = gapSteps * Math.max(usual, intervalMs);
  const runs: Interval[][] = [];
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const interval of intervals) {
    if (interval.startMs - previousMs > gapMs) runs.push([]);
    runs.at(-1)?.push(interval);
    previousMs = interval.startMs;
  }
  return runs;
}
