import { encodeUpload, maxStatementsPerUpload, type SealedBatch } from '@hopline/protocol';
import type { Store } from '../store/store.ts';

/**
 * Anchored statements of an edge node with their summaries, in the form of an upload: for a node that was restored from
 * an older disk and must learn which counters are anchored. Ends before the first summary that is not here.
 */
export async function anchoredBatches(store: Store, node: string, from: number, limit: number): Promise<Uint8Array> {
  const rows = await store.query<{ statement: Uint8Array; summary: Uint8Array | null }>(
    `select t.bytes as statement, s.bytes as summary from statements t left join summaries s on s.digest = t.summary_digest
     where t.node = $1 and t.sequence >= $2 order by t.sequence limit $3`,
    [node, from, Math.min(limit, maxStatementsPerUpload)],
  );
  const batches: SealedBatch[] = [];
  for (const { statement, summary } of rows) {
    if (!summary) break;
    batches.push({ statement: new Uint8Array(statement), summary: new Uint8Array(summary) });
  }
  return encodeUpload(batches);
}
