import type { Rule } from '../api/shapes.ts';
import { formatMeasured } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { type ChartGroup, envelope } from './chart-model.ts';
import type { MarkedSpan } from './excursion-spans.ts';

/** The chart in words, for who cannot see it. */
export function chartSummary(
  groups: readonly ChartGroup[],
  spans: readonly MarkedSpan[],
  limit: Rule | null,
  unit: string | null,
): string {
  const measured = groups.flatMap((group) => {
    const figures = envelope(group).flatMap((point) => (point.figures === null ? [] : [point.figures]));
    if (figures.length === 0) return [];
    const low = formatMeasured(Math.min(...figures.map(({ min }) => min)), unit);
    const high = formatMeasured(Math.max(...figures.map(({ max }) => max)), unit);
    return [`${group.label}: ${low} to ${high}`];
  });
  const limits = limit?.max == null ? [] : [`upper limit ${formatMeasured(limit.max, limit.unit)}`];
  const marked = spans.map(
    ({ fromMs, toMs, certainty }) =>
      `${certainty === 'certain' ? 'excursion' : 'possible excursion'} from ${formatTime(fromMs)} to ${formatTime(toMs)}`,
  );
  return ['Chart over time', ...measured, ...limits, ...(marked.length === 0 ? ['no excursion'] : marked)].join('; ');
}
