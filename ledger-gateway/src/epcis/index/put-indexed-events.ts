import { columns } from '../../projection/rows.ts';
import type { Queryable } from '../../store/database.ts';
import { insertRows } from '../../store/insert-rows.ts';
import type { IndexedEvent } from './index-event.ts';

/** Numbers the events of a block in the order of their commits and stores them, in the caller's transaction. */
export async function putIndexedEvents(tx: Queryable, events: readonly IndexedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const [last] = await tx.query<{ seq: number | null }>('select max(seq) as seq from epcis_events');
  const first = (last?.seq ?? 0) + 1;
  await insertRows(
    tx,
    'epcis_events',
    columns.epcis_events,
    events.map(({ event }, at) => ({ seq: first + at, ...event })),
  );
  await insertRows(
    tx,
    'epcis_values',
    columns.epcis_values,
    events.flatMap(({ values }, at) => values.map((value) => ({ seq: first + at, ...value }))),
  );
}
