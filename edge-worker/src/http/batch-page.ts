import { type Bytes, leafHash, merkleLevels, proofFromLevels, toBase64Url } from '@hopline/protocol';
import type { Batch } from '../store/batch-store.ts';
import type { LeafStore } from '../store/leaf-store.ts';

const leavesPerStep = 5000;

/** A sealed batch with a page of its leaves and their inclusion proofs; all bytes are base64url. */
export async function batchPage(leaves: LeafStore, batch: Batch, offset: number, limit: number) {
  const levels = await merkleLevels(await hashesOf(leaves, batch));
  const page = batch.size === 0 ? [] : leaves.list(batch.firstLeaf - 1, batch.lastLeaf, limit, offset);
  return {
    statement: toBase64Url(batch.statement),
    summary: toBase64Url(batch.summary),
    size: batch.size,
    leaves: page.map((leaf, position) => ({
      index: offset + position,
      leaf: toBase64Url(leaf.bytes),
      proof: proofFromLevels(levels, offset + position).map(toBase64Url),
    })),
    next: offset + page.length < batch.size ? offset + page.length : null,
  };
}

async function hashesOf(leaves: LeafStore, batch: Batch): Promise<Bytes[]> {
  const hashes: Bytes[] = [];
  for (let after = batch.firstLeaf - 1; hashes.length < batch.size; ) {
    const page = leaves.list(after, batch.lastLeaf, leavesPerStep);
    if (page.length === 0) break;
    for (const leaf of page) hashes.push(await leafHash(leaf.bytes));
    after = page.at(-1)?.id ?? after;
  }
  return hashes;
}
