import type { Queryable } from '../store/database.ts';
import { insertRows } from '../store/insert-rows.ts';
import type { BlockChanges } from './block-changes.ts';
import { foldFlows, namedIn } from './fold-flows.ts';
import { foldRemarks } from './fold-remarks.ts';
import { itemRow } from './item-row.ts';
import { ledgerSequence } from './ledger-sequence.ts';
import { columns, type RowOf } from './rows.ts';

/** Puts a block's items, with numbers in the order of first mention, and what traces walk on. */
export async function applyFlows(tx: Queryable, changes: BlockChanges): Promise<void> {
  const { movements } = changes;
  if (changes.items.length + movements.length === 0) return;
  const named = namedIn(movements);
  const things = await numberThings(tx, changes, named.things);
  const events = await numberEvents(tx, changes, named.events);
  await insertRows(tx, 'flows', columns.flows, foldFlows(movements, { things, events }));
  await insertRows(
    tx,
    'remarks',
    columns.remarks,
    foldRemarks(changes.events.map(withSequence), changes.eventItems, things),
    'do nothing',
  );
}

async function numberThings(
  tx: Queryable,
  { items, movements }: BlockChanges,
  moved: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const rows = new Map<string, RowOf<'items'>>();
  for (const row of items) if (!rows.has(row.item as string)) rows.set(row.item as string, row);
  // What moves has been spoken of before, or is now; a unit that an event only implies is made known by it.
  const [first] = movements;
  if (first) for (const id of moved) if (!rows.has(id)) rows.set(id, itemRow(id, first.event, first.time_ms));
  const known = await tx.query<{ item: string; number: number }>(
    'select item, number from items where item = any($1::text[])',
    [[...rows.keys()]],
  );
  const numbers = new Map(known.map(({ item, number }) => [item, number]));
  const fresh = [...rows.values()].filter(({ item }) => !numbers.has(item as string));
  if (fresh.length === 0) return numbers;
  const [last] = await tx.query<{ number: number | null }>('select max(number) as number from items');
  let next = (last?.number ?? 0) + 1;
  const numbered = fresh.map((row) => ({ ...row, number: next++ }));
  for (const { item, number } of numbered) numbers.set(item as string, number);
  await insertRows(tx, 'items', columns.items, numbered);
  return numbers;
}

/** Numbers of shipments and transformations: that of the event that they are named by, or that named them first. */
async function numberEvents(
  tx: Queryable,
  { events, movements }: BlockChanges,
  wanted: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const numbers = new Map<string, number>();
  for (const event of events) {
    if (event.outcome === 'applied' && wanted.has(event.event as string))
      numbers.set(event.event as string, withSequence(event).seq);
  }
  const missing = [...wanted].filter((id) => !numbers.has(id));
  if (missing.length === 0) return numbers;
  const named = await tx.query<{ id: string; number: number }>(
    'select id, number from named_transformations where id = any($1::text[])',
    [missing],
  );
  const known = await tx.query<{ event: string; block: number; tx_position: number; position: number }>(
    `select event, block, tx_position, position from events where event = any($1::text[]) and outcome = 'applied'`,
    [missing],
  );
  for (const row of known) {
    const { block, tx_position: txPosition, position } = row;
    numbers.set(row.event, ledgerSequence({ block, txPosition, position }));
  }
  for (const { id, number } of named) numbers.set(id, number);
  const fresh = firstNamed(movements, numbers);
  for (const [id, number] of fresh) numbers.set(id, number);
  await insertRows(
    tx,
    'named_transformations',
    columns.named_transformations,
    [...fresh].map(([id, number]) => ({ id, number })),
  );
  return numbers;
}

/** Transformations that these movements are the first to name. */
export function firstNamed(
  movements: BlockChanges['movements'],
  known: ReadonlyMap<string, number>,
): Map<string, number> {
  const fresh = new Map<string, number>();
  for (const { from_at, from_id, to_at, to_id, seq } of movements) {
    const id = to_at === 'transformation' ? to_id : from_at === 'transformation' ? from_id : null;
    if (id !== null && !known.has(id) && !fresh.has(id)) fresh.set(id, seq);
  }
  return fresh;
}

function withSequence(event: RowOf<'events'>) {
  const { block, tx_position, position } = event as { block: number; tx_position: number; position: number };
  return { ...event, seq: ledgerSequence({ block, txPosition: tx_position, position }) };
}
