import type { Excursion } from '../api/history.ts';
import type { Trace } from '../api/trace.ts';

/** How surely something was there when a limit was broken. */
export type Touched = 'certain' | 'possible';

/**
 * What was touched by the excursions of the current lot: the places and units where they were, and everything that was
 * packed in those units, or lay at those places, at that time. `certain` wins over `possible`.
 */
export function touchedNodes({ edges }: Trace, excursions: readonly Excursion[]): Map<string, Touched> {
  const touched = new Map<string, Touched>();
  const mark = (id: string, certainty: Touched) => {
    if (touched.get(id) !== 'certain') touched.set(id, certainty);
  };
  for (const { certainty, place, inUnit, fromMs, toMs } of excursions) {
    if (certainty !== 'certain' && certainty !== 'possible') continue;
    const where = inUnit ?? place;
    if (where === null) continue;
    mark(where, certainty);
    const inside = new Set([where]);
    for (const container of inside) {
      for (const edge of edges) {
        if (edge.kind !== 'packed' && edge.kind !== 'at') continue;
        const then = edge.fromMs < toMs && (edge.toMs ?? Number.POSITIVE_INFINITY) > fromMs;
        if (edge.to === container && then && !inside.has(edge.from)) {
          inside.add(edge.from);
          mark(edge.from, certainty);
        }
      }
    }
  }
  return touched;
}
