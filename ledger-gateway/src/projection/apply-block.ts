import { putIndexedEvents } from '../epcis/index/put-indexed-events.ts';
import type { Queryable } from '../store/database.ts';
import { insertRows } from '../store/insert-rows.ts';
import { applyDevicePlaces } from './apply-device-places.ts';
import { applyFlows } from './apply-flows.ts';
import { putSummaryRows } from './apply-summary.ts';
import type { BlockChanges, StateChange } from './block-changes.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { type AssociationRow, foldAssociations } from './fold-associations.ts';
import { foldPresences, type PresenceRow } from './fold-presences.ts';
import { columns, openEndMs } from './rows.ts';

/**
 * Applies a block and moves the checkpoint, in the caller's transaction. A block that was applied already is passed over,
 * and one that leaves a gap is refused: each block counts exactly once, also where two processes share a database.
 *
 * @returns the checkpoint after it
 */
export async function applyBlock(tx: Queryable, changes: BlockChanges): Promise<Checkpoint> {
  const before = await readCheckpoint(tx, 'for update');
  const { number, time_ms } = changes.block;
  if (number < before.height) return before;
  if (number > before.height) throw new Error(`block ${number} does not follow the height ${before.height}`);
  await insertRows(tx, 'blocks', columns.blocks, [changes.block]);
  await insertRows(tx, 'transactions', columns.transactions, changes.transactions);
  await applyDevicePlaces(tx, changes);
  await applyState(tx, changes.state);
  await insertRows(tx, 'statements', columns.statements, changes.statements);
  await insertRows(tx, 'excursions', columns.excursions, changes.excursions);
  await applySummaries(tx, changes.statements);
  await insertRows(tx, 'events', columns.events, changes.events);
  await insertRows(tx, 'event_items', columns.event_items, changes.eventItems);
  await insertRows(tx, 'movements', columns.movements, changes.movements);
  await applyFlows(tx, changes);
  await applyPresences(tx, changes.movements);
  await applyAssociations(tx, changes.associations);
  await applyWorkItems(tx, changes.workItems);
  await putIndexedEvents(tx, changes.indexed);
  const after: Checkpoint = {
    height: number + 1,
    blockTimeMs: Math.max(before.blockTimeMs, time_ms),
    registryHeight: changes.registryChanged ? number + 1 : before.registryHeight,
  };
  await tx.query('update checkpoint set height = $1, block_time_ms = $2, registry_height = $3', [
    after.height,
    after.blockTimeMs,
    after.registryHeight,
  ]);
  return after;
}

async function applyState(tx: Queryable, changes: readonly StateChange[]): Promise<void> {
  const deleted = changes.filter((change) => change.record === null);
  if (deleted.length > 0) {
    await tx.query(
      'delete from state s using unnest($1::text[], $2::text[]) as d(kind, key) where s.kind = d.kind and s.key = d.key',
      [deleted.map((change) => change.kind), deleted.map((change) => change.key)],
    );
  }
  await insertRows(
    tx,
    'state',
    columns.state,
    changes.filter((change) => change.record !== null),
    `(kind, key) do update set attributes = excluded.attributes, record = excluded.record, block = excluded.block,
       transaction_id = excluded.transaction_id`,
  );
}

/** Figures come from the summaries that are here; the others are noted as missing, to be asked for. */
async function applySummaries(tx: Queryable, statements: BlockChanges['statements']): Promise<void> {
  for (const { node, sequence, summary_digest, msp_id } of statements) {
    const [summary] = await tx.query<{ bytes: Uint8Array }>('select bytes from summaries where digest = $1', [
      summary_digest,
    ]);
    if (summary) await putSummaryRows(tx, node as string, sequence as number, summary.bytes);
    else {
      await insertRows(tx, 'missing_summaries', columns.missing_summaries, [
        { node, sequence, digest: summary_digest, msp_id },
      ]);
    }
  }
}

async function applyPresences(tx: Queryable, movements: BlockChanges['movements']): Promise<void> {
  if (movements.length === 0) return;
  const subjects = [...new Set(movements.map((movement) => movement.subject))];
  const open = await tx.query<PresenceRow & Record<string, unknown>>(
    'select * from presences where subject = any($1::text[]) and to_ms = $2 order by id',
    [subjects, openEndMs],
  );
  const [last] = await tx.query<{ id: number | null }>('select max(id) as id from presences');
  await insertRows(
    tx,
    'presences',
    columns.presences,
    foldPresences(movements, open, (last?.id ?? 0) + 1),
    `(id) do update set from_ms = excluded.from_ms, to_ms = excluded.to_ms, entered = excluded.entered,
       remaining = excluded.remaining, uom = excluded.uom, to_event = excluded.to_event,
       left_ms = excluded.left_ms, left_event = excluded.left_event`,
  );
}

async function applyAssociations(tx: Queryable, changes: BlockChanges['associations']): Promise<void> {
  if (changes.length === 0) return;
  const open = await tx.query<AssociationRow & Record<string, unknown>>(
    'select * from associations where parent = any($1::text[]) and to_ms = $2 order by from_ms, from_event, child',
    [[...new Set(changes.map((change) => change.parent))], openEndMs],
  );
  await insertRows(
    tx,
    'associations',
    columns.associations,
    foldAssociations(changes, open),
    '(parent, child, from_event) do update set to_ms = excluded.to_ms, to_event = excluded.to_event',
  );
}

/** What comes again is what it is now, open; the ledger's last word on what it closes stays where people can read it. */
async function applyWorkItems(tx: Queryable, changes: BlockChanges['workItems']): Promise<void> {
  const rows = changes.flatMap(({ row }) => row ?? []);
  const { id: _id, recorded_ms: _first, ...others } = columns.work_items;
  const assignments = Object.keys(others).map((name) => `${name} = excluded.${name}`);
  await insertRows(tx, 'work_items', columns.work_items, rows, `(id) do update set ${assignments.join(', ')}`);
  const closed = changes.flatMap((change) => (change.row ? [] : change));
  if (closed.length === 0) return;
  await tx.query(
    `update work_items w set closed_block = c.block, closed_transaction = c.transaction_id, block = c.block
     from unnest($1::text[], $2::bigint[], $3::text[]) as c(id, block, transaction_id)
     where w.id = c.id and w.closed_block is null`,
    [closed.map(({ id }) => id), closed.map((change) => change.block), closed.map((change) => change.transactionId)],
  );
}
