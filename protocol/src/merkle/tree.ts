import { type Bytes, concat, equal, sha256 } from '../bytes.ts';
import { ProtocolError } from '../error.ts';

const leafPrefix = Uint8Array.of(0x00);
const nodePrefix = Uint8Array.of(0x01);

export const hashBytes = 32;

/** Hash of a leaf's bytes (RFC 9162 §2.1.1). */
export function leafHash(leaf: Uint8Array): Promise<Bytes> {
  return sha256(concat(leafPrefix, leaf));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  return sha256(concat(nodePrefix, left, right));
}

/**
 * All levels of the tree over the given leaf hashes, from the leaves up to the root. A node without a sibling moves up
 * unchanged, which gives the same tree as the recursive MTH of RFC 9162 §2.1.1.
 */
export async function merkleLevels(leafHashes: readonly Bytes[]): Promise<Bytes[][]> {
  const levels: Bytes[][] = [[...leafHashes]];
  for (let level = levels[0] ?? []; level.length > 1; ) {
    const above: Promise<Bytes>[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Bytes;
      const right = level[i + 1];
      above.push(right ? nodeHash(left, right) : Promise.resolve(left));
    }
    level = await Promise.all(above);
    levels.push(level);
  }
  return levels;
}

/** Merkle tree hash (RFC 9162 §2.1.1); of no leaves it is the hash of the empty text. */
export async function merkleRoot(leafHashes: readonly Bytes[]): Promise<Bytes> {
  if (leafHashes.length === 0) return sha256(new Uint8Array(0));
  const levels = await merkleLevels(leafHashes);
  return levels.at(-1)?.[0] as Bytes;
}

/** Inclusion proof PATH(m, D[n]) (RFC 9162 §2.1.3.1): hashes from the leaf's sibling up. Throws `proof-malformed`. */
export async function inclusionProof(leafHashes: readonly Bytes[], index: number): Promise<Bytes[]> {
  if (!Number.isInteger(index) || index < 0 || index >= leafHashes.length) {
    throw new ProtocolError('proof-malformed', 'no such leaf', { index, size: leafHashes.length });
  }
  return proofFromLevels(await merkleLevels(leafHashes), index);
}

/** The same out of levels that are there already, for the proofs of a whole batch at once. */
export function proofFromLevels(levels: readonly (readonly Bytes[])[], index: number): Bytes[] {
  const path: Bytes[] = [];
  for (const [height, level] of levels.slice(0, -1).entries()) {
    const sibling = level[Math.floor(index / 2 ** height) ^ 1];
    if (sibling) path.push(sibling);
  }
  return path;
}

/** The statement that a leaf is in a tree, with its path. */
export interface InclusionProof {
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
}

/** Verifies an inclusion proof (RFC 9162 §2.1.3.2). Throws `proof-malformed` or `proof-invalid`. */
export async function verifyInclusion(
  hash: Uint8Array,
  { index, size, path }: InclusionProof,
  root: Uint8Array,
): Promise<void> {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    throw new ProtocolError('proof-malformed', 'the leaf lies outside the tree', { index, size });
  }
  if (hash.length !== hashBytes || path.some((p) => p.length !== hashBytes)) {
    throw new ProtocolError('proof-malformed', `a hash has ${hashBytes} bytes`, { index, size });
  }
  let fn = index;
  let sn = size - 1;
  let r: Uint8Array = hash;
  for (const p of path) {
    if (sn === 0)
      throw new ProtocolError('proof-malformed', 'the path is too long', { index, size, path: path.length });
    if (fn % 2 === 1 || fn === sn) {
      r = await nodeHash(p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      r = await nodeHash(r, p);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  if (sn !== 0) throw new ProtocolError('proof-malformed', 'the path is too short', { index, size, path: path.length });
  if (!equal(r, root)) throw new ProtocolError('proof-invalid', 'the path does not lead to the root', { index, size });
}
