import { type Rule, summaryIntervalMs } from '@hopline/protocol';
import type { Interval } from './shapes.ts';

/** A stretch in which a stream was, or may have been, outside a product's limit for longer than the limit allows. */
export interface Breach {
  readonly rule: Rule;
  readonly fromMs: number;
  readonly toMs: number;
  readonly peak: number;
  readonly certainty: 'certain' | 'possible';
}

/**
 * Judges a product's limit over figures per interval, for a stay `[fromMs, toMs]`.
 *
 * Figures say less than readings. A run of intervals that each hold some value outside the limit is a breach for sure
 * only where consecutive intervals lie wholly inside the stay, have all their values outside, and last as long as the
 * limit demands; a limit without duration is broken by a single value of an interval wholly inside the stay. Where the
 * whole run is long enough and that can't be shown, it is possible.
 *
 * @param intervals of one stream, in ascending order
 */
export function judgeLimit(
  rule: Rule,
  intervals: readonly Interval[],
  stay: { fromMs: number; toMs: number },
): Breach[] {
  const runs: Interval[][] = [];
  for (const interval of intervals) {
    if (!someOutside(rule, interval)) continue;
    const run = runs.at(-1);
    if (run?.at(-1)?.startMs === interval.startMs - summaryIntervalMs) run.push(interval);
    else runs.push([interval]);
  }
  return runs.flatMap((run) => judgeRun(rule, run, stay));
}

function judgeRun(rule: Rule, run: readonly Interval[], stay: { fromMs: number; toMs: number }): Breach[] {
  const first = run[0] as Interval;
  const last = run.at(-1) as Interval;
  const fromMs = Math.max(first.startMs, stay.fromMs);
  const toMs = Math.min(last.startMs + summaryIntervalMs, stay.toMs);
  if (toMs - fromMs < rule.durationMs) return [];
  const certain =
    rule.durationMs === 0
      ? run.some((interval) => isWithin(interval, stay))
      : longestSure(rule, run, stay) >= rule.durationMs;
  return [{ rule, fromMs, toMs, peak: peakOf(rule, run), certainty: certain ? 'certain' : 'possible' }];
}

/** Length of the longest stretch of which every value is outside, in milliseconds. */
function longestSure(rule: Rule, run: readonly Interval[], stay: { fromMs: number; toMs: number }): number {
  let longest = 0;
  let current = 0;
  for (const interval of run) {
    current = allOutside(rule, interval) && isWithin(interval, stay) ? current + summaryIntervalMs : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

function isWithin({ startMs }: Interval, stay: { fromMs: number; toMs: number }): boolean {
  return startMs >= stay.fromMs && startMs + summaryIntervalMs <= stay.toMs;
}

function someOutside({ min, max }: Rule, interval: Interval): boolean {
  return (max !== null && interval.max > max) || (min !== null && interval.min < min);
}

function allOutside({ min, max }: Rule, interval: Interval): boolean {
  return (max !== null && interval.min > max) || (min !== null && interval.max < min);
}

/** The value furthest outside. */
export function peakOf({ min, max }: Rule, intervals: readonly Pick<Interval, 'min' | 'max'>[]): number {
  const highest = Math.max(...intervals.map((interval) => interval.max));
  const lowest = Math.min(...intervals.map((interval) => interval.min));
  const above = max === null ? Number.NEGATIVE_INFINITY : highest - max;
  const below = min === null ? Number.NEGATIVE_INFINITY : min - lowest;
  return above >= below ? highest : lowest;
}
