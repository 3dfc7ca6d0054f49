import type { Excursion } from '../api/history.ts';

/** A stretch of time to be marked on the chart. */
export interface MarkedSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly certainty: 'certain' | 'possible';
}

/**
 * The times to mark: the union of all excursions of a stream. Where a certain and a possible one overlap, the time is
 * marked as certain, and no moment is marked twice.
 */
export function excursionSpans(excursions: readonly Excursion[], stream: string): MarkedSpan[] {
  const judged = excursions.filter((each) => each.stream === stream && each.toMs > each.fromMs);
  const certain = judged.filter(({ certainty }) => certainty === 'certain');
  const possible = judged.filter(({ certainty }) => certainty === 'possible');
  const borders = [...new Set([...certain, ...possible].flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort(
    (a, b) => a - b,
  );
  const spans: MarkedSpan[] = [];
  for (const [index, fromMs] of borders.slice(0, -1).entries()) {
    const toMs = borders[index + 1] ?? fromMs;
    const covers = (each: Excursion) => each.fromMs <= fromMs && each.toMs >= toMs;
    const certainty = certain.some(covers) ? 'certain' : possible.some(covers) ? 'possible' : null;
    if (certainty === null) continue;
    const last = spans.at(-1);
    if (last && last.toMs === fromMs && last.certainty === certainty) spans[spans.length - 1] = { ...last, toMs };
    else spans.push({ fromMs, toMs, certainty });
  }
  return spans;
}
