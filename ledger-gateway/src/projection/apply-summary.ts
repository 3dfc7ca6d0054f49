import type { Queryable } from '../store/database.ts';
import { insertRows } from '../store/insert-rows.ts';
import { readCheckpoint } from './checkpoint.ts';
import { foldSummary } from './fold-summary.ts';
import { columns } from './rows.ts';

/** Inserts what an anchored statement's summary says. The caller has checked its digest. */
export async function putSummaryRows(tx: Queryable, node: string, sequence: number, bytes: Uint8Array): Promise<void> {
  const { conditions, ranges } = foldSummary(node, sequence, bytes);
  await insertRows(tx, 'conditions', columns.conditions, conditions, 'do nothing');
  await insertRows(tx, 'sequence_ranges', columns.sequence_ranges, ranges, 'do nothing');
  if (ranges.length > 0) await findOverlaps(tx, node, sequence);
}

/**
 * Notes where a batch holds counters that a batch of another node holds too: a device sent one reading to two sites, or
 * somebody replayed it. Whichever summary comes second finds the pair, so the rows are the same in any order.
 */
async function findOverlaps(tx: Queryable, node: string, sequence: number): Promise<void> {
  await tx.query(
    `insert into reading_overlaps (device, epoch, node, other_node, first, last, sequence, other_sequence)
     select a.device, a.epoch, least(a.node, b.node), greatest(a.node, b.node), min(greatest(a.first, b.first)),
       max(least(a.last, b.last)), min(case when a.node < b.node then a.sequence else b.sequence end),
       min(case when a.node < b.node then b.sequence else a.sequence end)
     from sequence_ranges a
     join sequence_ranges b on b.device = a.device and b.epoch = a.epoch and b.last >= a.first and b.first <= a.last
       and b.node <> a.node
     where a.node = $1 and a.sequence = $2
     group by 1, 2, 3, 4
     on conflict (device, epoch, node, other_node) do update set
       first = least(reading_overlaps.first, excluded.first), last = greatest(reading_overlaps.last, excluded.last),
       sequence = least(reading_overlaps.sequence, excluded.sequence),
       other_sequence = least(reading_overlaps.other_sequence, excluded.other_sequence)`,
    [node, sequence],
  );
}

/** Takes in a summary that came after its statement. `bytes` have been checked to have the digest. */
export async function applyLateSummary(tx: Queryable, digest: string, bytes: Uint8Array): Promise<void> {
  // In turn with blocks: two summaries that are taken in side by side would not see each other's counters.
  await readCheckpoint(tx, 'for update');
  const waiting = await tx.query<{ node: string; sequence: number }>(
    'delete from missing_summaries where digest = $1 returning node, sequence',
    [digest],
  );
  for (const { node, sequence } of waiting) await putSummaryRows(tx, node, sequence, bytes);
}
