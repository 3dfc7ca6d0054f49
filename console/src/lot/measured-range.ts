import type { Conditions } from '../api/history.ts';

/** Lowest and highest measured value, thousandths of the unit. */
export interface MeasuredRange {
  readonly min: number;
  readonly max: number;
  readonly unit: string | null;
}

interface Window {
  readonly place: string | null;
  readonly units: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was measured at a place or in units during a window; `null` where no device measured. */
export function measuredRange({ stays }: Conditions, stream: string, window: Window): MeasuredRange | null {
  const streams = stays
    .filter(({ place, unit }) =>
      unit === null ? place !== null && place.gln === window.place : window.units.includes(unit),
    )
    .flatMap((stay) => stay.streams.filter((each) => each.stream === stream));
  const intervals = streams.flatMap(({ intervals, intervalMs }) =>
    intervals.filter(({ startMs }) => startMs < window.toMs && startMs + intervalMs > window.fromMs),
  );
  if (intervals.length === 0) return null;
  return {
    min: Math.min(...intervals.map(({ min }) => min)),
    max: Math.max(...intervals.map(({ max }) => max)),
    unit: streams[0]?.unit ?? null,
  };
}
