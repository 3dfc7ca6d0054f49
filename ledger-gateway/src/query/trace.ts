import type { Queryable } from '../store/database.ts';
import { type TraceOptions, traceGoods } from './trace/read-trace.ts';
import { maxTraceFlows } from './trace/trace-limits.ts';
import type { Direction, Trace } from './trace/trace-shapes.ts';
import type { PlaceStart } from './trace/trace-start.ts';

export { type Direction, directionSchema, type Trace, traceSchema } from './trace/trace-shapes.ts';
export type { PlaceStart } from './trace/trace-start.ts';

/** Steps of one walk; a graph beyond it says that it is cut short. */
export const maxTraceRows = maxTraceFlows;

/**
 * Traces goods and shows the way that they took, with how complete the answer is; see `traceGoods`.
 *
 * @param from canonical identifier of a lot, an item or a unit, or a place with a span of time
 * @param options without them nothing counts as overdue, and there are no conditions
 * @throws GatewayError `not-found`
 */
export function readTrace(
  on: Queryable,
  from: string | PlaceStart,
  direction: Direction,
  elapsedMs: () => number,
  options: TraceOptions = { nowMs: 0, conditions: false },
): Promise<Omit<Trace, 'asOf' | 'stale'>> {
  return traceGoods(on, from, direction, elapsedMs, options);
}
