import type uPlot from 'uplot';
import type { Rule } from '../api/shapes.ts';
import type { AlignedData } from './aligned-data.ts';
import { axisTimes } from './axis-times.ts';
import type { ChartGroup } from './chart-model.ts';
import type { Range } from './conditions-chart.tsx';
import { drawExcursions, drawLimit } from './draw-marks.ts';
import type { MarkedSpan } from './excursion-spans.ts';
import { seriesVariable } from './series-color.ts';

/** Width of the space left of the plot for the axis, and right of it; the bands below keep to both (chart.css). */
export const gutterPx = { left: 46, right: 12 } as const;
const plotHeightPx = 280;
const minZoomMs = 60_000;
/** More lines of one group than these are drawn thin, as the texture of its band. */
const fewLines = 3;

interface PlotInput {
  readonly data: AlignedData;
  readonly groups: readonly ChartGroup[];
  readonly limit: Rule | null;
  readonly spans: readonly MarkedSpan[];
  readonly unit: string | null;
  readonly onZoom: (range: Range) => void;
  readonly onPoint: (ms: number | null) => void;
  readonly element: HTMLElement;
}

/** How uPlot is to draw: colours out of the style sheet as it is now, marks under and over the lines. */
export function plotOptions({ data, groups, limit, spans, unit, onZoom, onPoint, element }: PlotInput): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: color('--muted'), font, grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: plotHeightPx,
    padding: [14, gutterPx.right, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true },
      y: { range: (_, low, high) => valueRange(low, high, limit) },
    },
    axes: [
      { ...axis, size: 42, space: 76, values: (_, splits) => axisTimes(splits.map((seconds) => seconds * 1000)) },
      {
        ...axis,
        size: gutterPx.left,
        gap: 6,
        values: (_, splits) => splits.map((value) => `${value}${unit === 'Cel' ? '°' : ''}`),
      },
    ],
    series: [
      {},
      ...data.series.map(({ group, role, label }): uPlot.Series => {
        const stroke = color(seriesVariable(group));
        if (role !== 'mean') return { label, points: { show: false }, width: 0 };
        const many = (groups[group]?.streams.length ?? 0) > fewLines;
        return { label, stroke, width: many ? 1 : 2.2, alpha: many ? 0.45 : 1, points: { show: false } };
      }),
    ],
    bands: data.series.flatMap(({ role, group }, index) =>
      role === 'high'
        ? [{ series: [index + 1, index + 2] as [number, number], fill: withAlpha(color(seriesVariable(group)), 0.2) }]
        : [],
    ),
    hooks: {
      drawClear: [(plot) => drawExcursions(plot, spans, { certain: color('--danger'), possible: color('--warn') })],
      draw: [(plot) => drawLimit(plot, limit, { line: color('--danger'), font })],
      setCursor: [
        ({ cursor, posToVal }) => {
          const left = cursor.left ?? -1;
          onPoint(left < 0 ? null : posToVal(left, 'x') * 1000);
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width <= 0) return;
          const fromMs = plot.posToVal(left, 'x') * 1000;
          const toMs = plot.posToVal(left + width, 'x') * 1000;
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (toMs - fromMs >= minZoomMs) onZoom({ fromMs, toMs });
        },
      ],
    },
  };
}

/** Room for all values and the limit, with some air; at least two units high, so that noise does not look like a storm. */
function valueRange(low: number, high: number, limit: Rule | null): [number, number] {
  const bounds = [limit?.min, limit?.max].flatMap((each) => (each == null ? [] : [each / 1000]));
  const least = Math.min(low ?? 0, ...bounds);
  const most = Math.max(high ?? 1, ...bounds);
  const air = Math.max(0.1 * (most - least), 1 - (most - least) / 2, 0.3);
  return [least - air, most + air];
}

/** The style sheet gives colours as `#rrggbb`. */
function withAlpha(hex: string, alpha: number): string {
  return `${hex}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
