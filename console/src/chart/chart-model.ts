import type { Conditions, Stay, StreamConditions } from '../api/history.ts';
import { unitName } from '../lot/unit-name.ts';
import { splitAtGaps } from './split-at-gaps.ts';

/** One value of a stream over an interval; `null` figures are a gap in which nothing was measured. Thousandths. */
export interface ChartPoint {
  /** Middle of the interval, milliseconds since 1970. */
  readonly ms: number;
  readonly figures: { readonly min: number; readonly max: number; readonly mean: number } | null;
}

export interface ChartStream {
  readonly device: string;
  readonly points: readonly ChartPoint[];
}

/** A place or unit, the times that goods were there, and what devices measured of it in those times. */
export interface ChartGroup {
  readonly key: string;
  readonly label: string;
  readonly kind: 'place' | 'unit';
  readonly spans: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly streams: readonly ChartStream[];
}

/** Groups stays by place and unit, in the order of their beginnings, with one stream of figures a device. */
export function chartGroups({ stays }: Conditions, stream: string, nowMs: number): ChartGroup[] {
  const byWhere = Map.groupBy(stays, ({ place, unit }) => (unit === null ? `place ${place?.gln}` : `unit ${unit}`));
  return [...byWhere]
    .map(([key, group]): ChartGroup => {
      const [first] = group as [Stay, ...Stay[]];
      return {
        key,
        kind: first.unit === null ? 'place' : 'unit',
        label: first.unit === null ? (first.place?.name ?? first.place?.gln ?? key) : unitName(first.unit).name,
        spans: group.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? nowMs })),
        streams: streamsOf(group, stream),
      };
    })
    .sort((a, b) => (a.spans[0]?.fromMs ?? 0) - (b.spans[0]?.fromMs ?? 0));
}

function streamsOf(stays: readonly Stay[], stream: string): ChartStream[] {
  const measured = stays.flatMap((stay) => stay.streams.filter((each) => each.stream === stream));
  return [...Map.groupBy(measured, ({ device }) => device)].map(([device, parts]) => ({
    device,
    points: withGaps(parts),
  }));
}

/** Points of one device, with an empty one in the middle of each gap. */
function withGaps(parts: readonly StreamConditions[]): ChartPoint[] {
  const runs = parts.flatMap(({ intervals, intervalMs }) =>
    splitAtGaps(intervals, intervalMs).map((run) =>
      run.map(({ startMs, min, max, mean }) => ({ ms: startMs + intervalMs / 2, figures: { min, max, mean } })),
    ),
  );
  return runs.flatMap((run, index): ChartPoint[] => {
    const before = runs[index - 1]?.at(-1)?.ms;
    const first = run[0]?.ms;
    if (before === undefined || first === undefined) return run;
    return [{ ms: (before + first) / 2, figures: null }, ...run];
  });
}

/** The lowest and highest of all streams of a group at each moment that any of them has a value for. */
export function envelope({ streams }: ChartGroup): ChartPoint[] {
  const moments = Map.groupBy(
    streams.flatMap(({ points }) => points),
    ({ ms }) => ms,
  );
  return [...moments]
    .map(([ms, points]): ChartPoint => {
      const figures = points.flatMap((point) => (point.figures === null ? [] : [point.figures]));
      if (figures.length === 0) return { ms, figures: null };
      return {
        ms,
        figures: {
          min: Math.min(...figures.map(({ min }) => min)),
          max: Math.max(...figures.map(({ max }) => max)),
          mean: figures.reduce((sum, { mean }) => sum + mean, 0) / figures.length,
        },
      };
    })
    .sort((a, b) => a.ms - b.ms);
}
