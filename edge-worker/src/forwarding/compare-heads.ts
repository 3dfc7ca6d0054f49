import { equal, type HeadReport } from '@hopline/protocol';

/** How this node's chain stands to the ledger's. */
export type Comparison =
  /** The ledger's head is one of this node's statements, or the ledger has none yet. */
  | 'agrees'
  /** The ledger has statements of this node that it does not know: an older disk, or a new one. */
  | 'behind'
  /** The ledger has another statement under a sequence of this node's: a cloned disk has gone on elsewhere. */
  | 'differs';

/** Compares; `digestAt` gives this node's own digest, or `null` where the batch has left (it was covered then). */
export function compareHeads(
  own: { readonly sequence: number } | null,
  digestAt: (sequence: number) => Uint8Array | null,
  reported: HeadReport['head'],
): Comparison {
  if (reported === null) return 'agrees';
  if (own === null || reported.sequence > own.sequence) return 'behind';
  const digest = digestAt(reported.sequence);
  return digest === null || equal(digest, reported.digest) ? 'agrees' : 'differs';
}
