import type { Queryable } from '../../store/database.ts';
import { epcisLimits } from '../limits.ts';
import { lastSeq } from '../query/run-query.ts';

/** Where a socket begins. */
export interface Beginning {
  /** Number of the event behind which it begins. */
  readonly position: number;
  /** Earlier events are left out; `null` where the position says it all. */
  readonly initialRecordMs: number | null;
}

/**
 * Where a socket begins that wants what was recorded at `initialRecordMs` or later. Record times are claims of the transactions
 * and may stand a little against the order of commits. So it begins at the first event in that order which was recorded then or
 * later, and is told all behind it, some earlier ones included: a client that names the record time of any event it has got misses
 * nothing.
 * @param initialRecordMs `null` for what is captured from now on
 */
export async function beginAt(on: Queryable, initialRecordMs: number | null, nowMs: number): Promise<Beginning> {
  const last = await lastSeq(on);
  if (initialRecordMs === null) return { position: last, initialRecordMs: null };
  if (initialRecordMs > nowMs) return { position: last, initialRecordMs };
  const [earliest] = await on.query<{ recorded_ms: number }>(
    'select recorded_ms from epcis_events where recorded_ms >= $1 order by recorded_ms, seq limit 1',
    [initialRecordMs],
  );
  if (earliest === undefined) return { position: last, initialRecordMs: null };
  const [first] = await on.query<{ seq: number }>(
    'select min(seq) as seq from epcis_events where recorded_ms between $1 and $2',
    [initialRecordMs, earliest.recorded_ms + epcisLimits.recordTimeSpreadMs],
  );
  return { position: (first?.seq ?? last + 1) - 1, initialRecordMs: null };
}
