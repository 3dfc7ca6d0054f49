import { equal } from '@hopline/protocol';
import type { StoredHead } from '../store/batch-store.ts';

const organisationsNeeded = 2;

/** This disk's own chain, as far as reported heads are held against it. */
export interface OwnChain {
  /** Sequence of its last statement; `null` where it has none. */
  readonly head: number | null;
  /** Lowest sequence whose batch is still here: what lies below was covered and has left. */
  readonly oldest: number | null;
  /** Its own digest of a statement, or `null` where it is not known here. */
  digestAt(sequence: number): Uint8Array | null;
}

/**
 * The sequence up to which the heads of two organisations agree with what this disk sealed; `null` where they do not yet.
 * A head beyond the disk's own, or at a statement that it does not know, says nothing about what is here: on a cloned disk
 * it belongs to another chain.
 */
export function coveredSequence(heads: readonly StoredHead[], own: OwnChain): number | null {
  const sequences: number[] = [];
  for (const { sequence, digest } of heads) {
    if (sequence !== null && digest !== null && agrees(sequence, digest, own)) sequences.push(sequence);
  }
  sequences.sort((a, b) => b - a);
  return sequences[organisationsNeeded - 1] ?? null;
}

function agrees(sequence: number, digest: Uint8Array, { head, oldest, digestAt }: OwnChain): boolean {
  if (head === null || sequence > head) return false;
  const own = digestAt(sequence);
  return own === null ? oldest !== null && sequence < oldest : equal(own, digest);
}
