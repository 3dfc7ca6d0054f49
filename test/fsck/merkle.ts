import { hash } from 'node:crypto';

/**
 * The tree of RFC 9162 section 2.1 once more, on Node's own SHA-256 and without a line of what the edge computes it with:
 * a checker that shared the code would share its mistakes. One-shot hashes, since a history has millions of them.
 */
const leafPrefix = Buffer.of(0);
const nodePrefix = Buffer.of(1);

/** Hash of a leaf: SHA-256 of 0x00 and its bytes. */
export function hashLeaf(leaf: Uint8Array): Buffer {
  return sha256(Buffer.concat([leafPrefix, leaf]));
}

/** All levels of the tree, the leaves' hashes first and the root alone in the last. A last node without a pair moves up. */
export function treeOf(leafHashes: readonly Buffer[]): Buffer[][] {
  const levels = [[...leafHashes]];
  for (let below = levels[0] ?? []; below.length > 1; ) {
    const above: Buffer[] = [];
    for (let at = 0; at < below.length; at += 2) {
      const left = below[at] as Buffer;
      const right = below[at + 1];
      above.push(right ? sha256(Buffer.concat([nodePrefix, left, right])) : left);
    }
    levels.push(above);
    below = above;
  }
  return levels;
}

/** The root; of no leaves it is the hash of nothing. */
export function rootOf(levels: readonly (readonly Buffer[])[]): Buffer {
  return levels.at(-1)?.[0] ?? sha256(new Uint8Array(0));
}

/** The inclusion proof of a leaf: its siblings from the bottom to the top. */
export function proofOf(levels: readonly (readonly Buffer[])[], index: number): Buffer[] {
  return levels.slice(0, -1).flatMap((level, height) => {
    const sibling = level[Math.floor(index / 2 ** height) ^ 1];
    return sibling ? [sibling] : [];
  });
}

export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}
