import { type ChartGroup, type ChartPoint, envelope } from './chart-model.ts';

/** A line of the chart: the mean of one device, or one end of a group's band. Values in whole units. */
export interface ChartSeries {
  readonly group: number;
  readonly role: 'mean' | 'low' | 'high';
  readonly label: string;
  /** One value for each moment: `null` is a gap, `undefined` a moment of other series, over which a line goes on. */
  readonly values: (number | null | undefined)[];
}

export interface AlignedData {
  /** Seconds since 1970, ascending. */
  readonly moments: number[];
  readonly series: readonly ChartSeries[];
}

/** Brings streams that measured at different moments onto one axis, as uPlot wants them. */
export function alignedData(groups: readonly ChartGroup[]): AlignedData {
  // What is drawn later lies above: the one line of a tracker must not drown in those of a room's many probes.
  const order = [...groups.keys()].sort((a, b) => streamsOf(groups, b) - streamsOf(groups, a));
  const lines = order.flatMap((index) => {
    const group = groups[index] as ChartGroup;
    const band = envelope(group);
    if (band.length === 0) return [];
    return [
      line(index, 'high', group.label, band, ({ max }) => max),
      line(index, 'low', group.label, band, ({ min }) => min),
      ...group.streams.map(({ device, points }) => line(index, 'mean', device, points, ({ mean }) => mean)),
    ];
  });
  const moments = [...new Set(lines.flatMap(({ points }) => points.map(({ ms }) => ms)))].sort((a, b) => a - b);
  const places = new Map(moments.map((ms, place) => [ms, place]));
  return {
    moments: moments.map((ms) => ms / 1000),
    series: lines.map(({ group, role, label, points, value }) => {
      const values: ChartSeries['values'] = new Array(moments.length).fill(undefined);
      for (const { ms, figures } of points) {
        values[places.get(ms) ?? 0] = figures === null ? null : value(figures) / 1000;
      }
      return { group, role, label, values };
    }),
  };
}

function streamsOf(groups: readonly ChartGroup[], index: number): number {
  return groups[index]?.streams.length ?? 0;
}

type Figures = NonNullable<ChartPoint['figures']>;

function line(
  group: number,
  role: ChartSeries['role'],
  label: string,
  points: readonly ChartPoint[],
  value: (figures: Figures) => number,
) {
  return { group, role, label, points, value };
}
