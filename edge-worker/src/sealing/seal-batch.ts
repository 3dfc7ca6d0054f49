import {
  type Bytes,
  type Excursion,
  encodeSummary,
  leafHash,
  merkleRoot,
  noPrevious,
  type Statement,
  summaryDigest,
} from '@hopline/protocol';
import { SummaryBuilder } from './summary-builder.ts';

/** The last statement of the chain. */
export interface ChainHead {
  readonly sequence: number;
  readonly digest: Bytes;
  readonly sealedAtMs: number;
}

export interface LeafToSeal {
  readonly id: number;
  readonly receivedAtMs: number;
  readonly bytes: Bytes;
}

export interface SealRequest {
  readonly node: string;
  readonly head: ChainHead | null;
  readonly registryVersion: number;
  readonly excursions: readonly Excursion[];
  readonly nowMs: number;
  /** In the order of their acceptance; none for an idle statement. */
  readonly leaves: readonly LeafToSeal[];
}

export interface Sealing {
  readonly statement: Statement;
  readonly summary: Bytes;
  /** How many of the leaves are in it, from the first on: fewer where the summary would have grown too large. */
  readonly taken: number;
}

/**
 * Makes the statement and the summary of the next batch. The same request gives the same bytes. Seal times never go back:
 * a clock that was set back is overruled by the head and by the leaves' own times of receipt.
 */
export async function sealBatch(request: SealRequest): Promise<Sealing> {
  const { node, head, registryVersion, excursions, nowMs } = request;
  const sequence = head ? head.sequence + 1 : 0;
  const builder = new SummaryBuilder();
  const cut = request.leaves.findIndex((leaf) => !builder.tryAdd(leaf.bytes));
  const leaves = cut < 0 ? request.leaves : request.leaves.slice(0, cut);
  const times = leaves.map((leaf) => leaf.receivedAtMs);
  const toMs = times.reduce((a, b) => Math.max(a, b), 0);
  const sealedAtMs = Math.max(nowMs, head?.sealedAtMs ?? 0, toMs);
  const summary = encodeSummary(builder.build(node, sequence));
  const statement: Statement = {
    node,
    sequence,
    previous: head?.digest ?? noPrevious,
    registryVersion,
    size: leaves.length,
    root: await merkleRoot(await Promise.all(leaves.map((leaf) => leafHash(leaf.bytes)))),
    fromMs: times.reduce((a, b) => Math.min(a, b), sealedAtMs),
    toMs: leaves.length > 0 ? toMs : sealedAtMs,
    sealedAtMs,
    summaryDigest: await summaryDigest(summary),
    excursions,
  };
  return { statement, summary, taken: leaves.length };
}
