import { summaryIntervalMs } from '@hopline/protocol';
import type { Interval } from './shapes.ts';

/** Intervals of one stream in an answer; longer stays have longer intervals. */
export const maxIntervalsPerStream = 600;

/**
 * Joins intervals into longer ones until there are few enough for a chart. Extremes are kept, means are weighted by
 * count.
 */
export function coarsen(intervals: readonly Interval[]): { intervalMs: number; intervals: Interval[] } {
  const first = intervals[0]?.startMs ?? 0;
  const last = intervals.at(-1)?.startMs ?? 0;
  const spans = (last - first) / summaryIntervalMs + 1;
  const factor = Math.max(1, Math.ceil(spans / maxIntervalsPerStream));
  if (factor === 1) return { intervalMs: summaryIntervalMs, intervals: [...intervals] };
  const intervalMs = factor * summaryIntervalMs;
  const groups = Map.groupBy(intervals, (interval) => Math.floor((interval.startMs - first) / intervalMs));
  return {
    intervalMs,
    intervals: [...groups.entries()].map(([index, group]) => ({
      ...figuresOf(group),
      startMs: first + index * intervalMs,
    })),
  };
}

/** The figures of several intervals as one. */
export function figuresOf(intervals: readonly Interval[]): Omit<Interval, 'startMs'> {
  const count = intervals.reduce((sum, interval) => sum + interval.count, 0);
  const weighted = intervals.reduce((sum, interval) => sum + interval.mean * interval.count, 0);
  return {
    count,
    min: intervals.reduce((least, interval) => Math.min(least, interval.min), Number.POSITIVE_INFINITY),
    max: intervals.reduce((most, interval) => Math.max(most, interval.max), Number.NEGATIVE_INFINITY),
    mean: Math.round(weighted / Math.max(1, count)),
  };
}
