import { nodeIdSchema } from '@hopline/protocol';
import { z } from 'zod';
import { found } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import { asOfSchema } from './freshness.ts';

export const maxBatchesPerPage = 500;

export const batchesQuerySchema = z.object({
  node: nodeIdSchema.optional(),
  /** Only batches anchored before this place in the ledger: `next` of the page before. */
  before: z
    .string()
    .regex(/^\d+:.+:\d+$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(maxBatchesPerPage).default(100),
});

export const batchSchema = z.object({
  node: z.string(),
  sequence: z.int(),
  digest: z.string(),
  size: z.int(),
  root: z.string(),
  registryVersion: z.int(),
  fromMs: z.int(),
  toMs: z.int(),
  sealedAtMs: z.int(),
  summaryDigest: z.string(),
  /** Whether this gateway has the summary. */
  summary: z.boolean(),
  excursions: z.int(),
  submittedBy: z.string(),
  transactionId: z.string(),
  block: z.int(),
});
export type Batch = z.infer<typeof batchSchema>;

export const batchesSchema = z.object({
  batches: z.array(batchSchema),
  next: z.string().nullable(),
  ...asOfSchema.shape,
});

interface BatchRow extends Record<string, unknown> {
  readonly node: string;
  readonly sequence: number;
  readonly digest: string;
  readonly size: number;
  readonly root: string;
  readonly registry_version: number;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly sealed_ms: number;
  readonly summary_digest: string;
  readonly missing: boolean;
  readonly excursions: number;
  readonly msp_id: string;
  readonly transaction_id: string;
  readonly block: number;
}

const columns = `t.node, t.sequence, t.digest, t.size, t.root, t.registry_version, t.from_ms, t.to_ms, t.sealed_ms,
  t.summary_digest, t.excursions, t.msp_id, t.transaction_id, t.block,
  exists (select 1 from missing_summaries m where m.node = t.node and m.sequence = t.sequence) as missing`;

/** Anchored batches, the latest first. */
export async function readBatches(
  on: Queryable,
  { node, before, limit }: z.output<typeof batchesQuerySchema>,
): Promise<{ batches: Batch[]; next: string | null }> {
  const [block, beforeNode, sequence] = before?.split(':') ?? [];
  const rows = await on.query<BatchRow>(
    `select ${columns} from statements t
     where ($1::text is null or t.node = $1)
       and ($2::bigint is null or (t.block, t.node, t.sequence) < ($2, $3, $4))
     order by t.block desc, t.node desc, t.sequence desc limit $5`,
    [node ?? null, block === undefined ? null : Number(block), beforeNode ?? '', Number(sequence ?? 0), limit],
  );
  const last = rows.at(-1);
  return {
    batches: rows.map(batchOf),
    next: last && rows.length === limit ? `${last.block}:${last.node}:${last.sequence}` : null,
  };
}

/** One anchored batch. Throws `not-found`. */
export async function readBatch(on: Queryable, node: string, sequence: number): Promise<Batch> {
  const [row] = await on.query<BatchRow>(`select ${columns} from statements t where t.node = $1 and t.sequence = $2`, [
    node,
    sequence,
  ]);
  return batchOf(found(row, 'the batch', { node, sequence }));
}

/** Batches anchored in one block, for live updates. */
export async function batchesOfBlocks(on: Queryable, after: number, upTo: number): Promise<Batch[]> {
  const rows = await on.query<BatchRow>(
    `select ${columns} from statements t where t.block > $1 and t.block <= $2 order by t.block, t.node, t.sequence`,
    [after, upTo],
  );
  return rows.map(batchOf);
}

function batchOf(row: BatchRow): Batch {
  return {
    node: row.node,
    sequence: row.sequence,
    digest: row.digest,
    size: row.size,
    root: row.root,
    registryVersion: row.registry_version,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    sealedAtMs: row.sealed_ms,
    summaryDigest: row.summary_digest,
    summary: !row.missing,
    excursions: row.excursions,
    submittedBy: row.msp_id,
    transactionId: row.transaction_id,
    block: row.block,
  };
}

/** A summary's bytes by digest. Throws `not-found`. */
export async function readSummary(on: Queryable, digest: string): Promise<Uint8Array> {
  const [row] = await on.query<{ bytes: Uint8Array }>('select bytes from summaries where digest = $1', [digest]);
  return new Uint8Array(found(row, 'the summary', { digest }).bytes);
}
