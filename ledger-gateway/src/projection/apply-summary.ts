import type { Queryable } from '../store/database.ts';
import { insertRows } from '../store/insert-rows.ts';
import { foldSummary } from './fold-summary.ts';
import { columns } from './rows.ts';

/** Inserts the figures of an anchored statement's summary, whose digest the caller has checked. */
export async function putSummaryRows(tx: Queryable, node: string, sequence: number, bytes: Uint8Array): Promise<void> {
  await insertRows(tx, 'conditions', columns.conditions, foldSummary(node, sequence, bytes), 'do nothing');
}

/** Takes in a summary that came after its statement. `bytes` have been checked to have the digest. */
export async function applyLateSummary(tx: Queryable, digest: string, bytes: Uint8Array): Promise<void> {
  const waiting = await tx.query<{ node: string; sequence: number }>(
    'delete from missing_summaries where digest = $1 returning node, sequence',
    [digest],
  );
  for (const { node, sequence } of waiting) await putSummaryRows(tx, node, sequence, bytes);
}
