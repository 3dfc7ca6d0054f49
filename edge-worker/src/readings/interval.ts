/** Counters from `first` to `last`, both included. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Index of the first interval that ends at or after `counter`. Intervals are ascending and do not touch. */
function lowerBound(intervals: readonly Interval[], counter: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((intervals[middle] as Interval).last < counter) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function covers(intervals: readonly Interval[], counter: number): boolean {
  const candidate = intervals[lowerBound(intervals, counter)];
  return candidate !== undefined && candidate.first <= counter;
}

/**
 * Adds an interval, in place of those that it overlaps or touches. `joined` is what it has become, `absorbed` what is no
 * longer there.
 */
export function addInterval(
  intervals: readonly Interval[],
  added: Interval,
): { intervals: Interval[]; joined: Interval; absorbed: readonly Interval[] } {
  const from = lowerBound(intervals, added.first - 1);
  let to = from;
  let joined = added;
  for (let next = intervals[to]; next && next.first <= added.last + 1; next = intervals[to]) {
    joined = { first: Math.min(joined.first, next.first), last: Math.max(joined.last, next.last) };
    to++;
  }
  return {
    intervals: [...intervals.slice(0, from), joined, ...intervals.slice(to)],
    joined,
    absorbed: intervals.slice(from, to),
  };
}
