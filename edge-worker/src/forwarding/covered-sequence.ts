import { equal } from '@hopline/protocol';
import type { StoredHead } from '../store/batch-store.ts';

const organisationsNeeded = 2;

/**
 * The sequence up to which the heads of two organisations agree with what this node sealed; `null` where they do not yet.
 * `digestAt` gives this node's own digest, or `null` where the batch has left already (it was covered then).
 */
export function coveredSequence(
  heads: readonly StoredHead[],
  digestAt: (sequence: number) => Uint8Array | null,
): number | null {
  const sequences: number[] = [];
  for (const { sequence, digest } of heads) {
    if (sequence === null || digest === null) continue;
    const own = digestAt(sequence);
    if (own === null || equal(own, digest)) sequences.push(sequence);
  }
  sequences.sort((a, b) => b - a);
  return sequences[organisationsNeeded - 1] ?? null;
}
