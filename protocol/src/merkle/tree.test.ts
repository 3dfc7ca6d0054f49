import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '../bytes.ts';
import { bytes } from '../testing/arbitraries.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { inclusionProof, leafHash, merkleLevels, merkleRoot, proofFromLevels, verifyInclusion } from './tree.ts';

const largestSize = 70;
const hashes = await Promise.all(Array.from({ length: largestSize }, (_, index) => leafHash(Uint8Array.of(index))));

describe('the Merkle tree', () => {
  test(`has the root of RFC 9162’s recursive definition, for every size up to ${largestSize}`, async () => {
    for (let size = 0; size <= largestSize; size++) {
      const leaves = Array.from({ length: size }, (_, index) => Uint8Array.of(index));
      expect(Buffer.from(await merkleRoot(hashes.slice(0, size)))).toEqual(recursiveHash(leaves));
    }
  });

  test(`proves every leaf of every size up to ${largestSize}, and proves it at no other place`, async () => {
    for (let size = 1; size <= largestSize; size++) {
      const tree = hashes.slice(0, size);
      const levels = await merkleLevels(tree);
      const root = levels.at(-1)?.[0] as Bytes;
      for (let index = 0; index < size; index++) {
        const hash = tree[index] as Bytes;
        const path = proofFromLevels(levels, index);
        await verifyInclusion(hash, { index, size, path }, root);
        const elsewhere = (index + 1) % size;
        if (elsewhere !== index) {
          expect(await refusalCode(() => verifyInclusion(hash, { index: elsewhere, size, path }, root))).not.toBeNull();
        }
      }
    }
  });

  test('a proof with any bit turned over is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: largestSize }),
        fc.nat(),
        fc.nat(),
        fc.nat(255),
        async (size, chosenLeaf, chosenPart, bit) => {
          const tree = hashes.slice(0, size);
          const index = chosenLeaf % size;
          const parts = [tree[index] as Bytes, await merkleRoot(tree), ...(await inclusionProof(tree, index))];
          const changed = parts.map((part) => part.slice()) as [Bytes, Bytes, ...Bytes[]];
          const target = changed[chosenPart % changed.length] as Bytes;
          target[bit >> 3] = (target[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          const [hash, root, ...path] = changed;
          expect(await refusalCode(() => verifyInclusion(hash, { index, size, path }, root))).toBe('proof-invalid');
        },
      ),
      seeded(),
    );
  });

  test('random leaves in random numbers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes(20), { minLength: 1, maxLength: 300 }), fc.nat(), async (leaves, chosen) => {
        const tree = await Promise.all(leaves.map(leafHash));
        const index = chosen % leaves.length;
        const root = await merkleRoot(tree);
        expect(Buffer.from(root)).toEqual(recursiveHash(leaves));
        const path = await inclusionProof(tree, index);
        await verifyInclusion(tree[index] as Bytes, { index, size: leaves.length, path }, root);
      }),
      seeded(20),
    );
  });

  test('a path that is too long, too short or of other lengths is malformed', async () => {
    const [size, index] = [7, 3];
    const tree = hashes.slice(0, size);
    const hash = tree[index] as Bytes;
    const root = await merkleRoot(tree);
    const path = await inclusionProof(tree, index);
    const code = (changed: Bytes[], leaf = hash) =>
      refusalCode(() => verifyInclusion(leaf, { index, size, path: changed }, root));
    expect(await code([...path, hash])).toBe('proof-malformed');
    expect(await code(path.slice(1))).toBe('proof-malformed');
    expect(await code([path[0]?.slice(1) as Bytes, ...path.slice(1)])).toBe('proof-malformed');
    expect(await code(path, hash.slice(1))).toBe('proof-malformed');
  });

  test.each([
    [-1, 3],
    [3, 3],
    [0.5, 3],
    [0, 0],
    [0, 2 ** 53],
    [Number.NaN, 3],
  ])('leaf %s of a tree of %s is malformed', async (index, size) => {
    expect(
      await refusalCode(() => verifyInclusion(hashes[0] as Bytes, { index, size, path: [] }, hashes[0] as Bytes)),
    ).toBe('proof-malformed');
    expect(await refusalCode(() => inclusionProof(hashes.slice(0, size), index))).toBe(
      size === 2 ** 53 ? null : 'proof-malformed',
    );
  });

  test('the only leaf is the root, and its path is empty', async () => {
    const [hash] = hashes as [Bytes];
    expect(await merkleRoot([hash])).toEqual(hash);
    expect(await inclusionProof([hash], 0)).toEqual([]);
    await verifyInclusion(hash, { index: 0, size: 1, path: [] }, hash);
  });
});

/** MTH of RFC 9162 §2.1.1, word for word. */
function recursiveHash(leaves: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  if (leaves.length === 0) return hash.digest();
  if (leaves.length === 1)
    return hash
      .update(Uint8Array.of(0))
      .update(leaves[0] as Uint8Array)
      .digest();
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [recursiveHash(leaves.slice(0, split)), recursiveHash(leaves.slice(split))];
  return hash.update(Uint8Array.of(1)).update(left).update(right).digest();
}
