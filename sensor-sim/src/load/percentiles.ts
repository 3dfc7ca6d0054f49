export interface LatencyMs {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

/** Percentiles by the nearest rank: the smallest value that at least so many are not above. All zero for no values. */
export function latencies(valuesMs: Float64Array): LatencyMs {
  if (valuesMs.length === 0) return { p50: 0, p90: 0, p99: 0, max: 0, mean: 0 };
  const sorted = valuesMs.toSorted();
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1), mean };
}
