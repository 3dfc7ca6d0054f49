import { type Batch, batchDigest } from '../store/batch-store.ts';

export type BatchState = 'sealed' | 'anchored' | 'covered';

export interface BatchView {
  readonly sequence: number;
  readonly size: number;
  /** base64url. */
  readonly digest: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly sealedAtMs: number;
  readonly state: BatchState;
  readonly transactionId: string | null;
  readonly block: number | null;
}

/** A batch as the list shows it. */
export function batchView(batch: Batch): BatchView {
  const { sequence, size, fromMs, toMs, sealedAtMs, transactionId, block } = batch;
  const state = batch.coveredAtMs !== null ? 'covered' : transactionId !== null ? 'anchored' : 'sealed';
  return { sequence, size, digest: batchDigest(batch), fromMs, toMs, sealedAtMs, state, transactionId, block };
}
