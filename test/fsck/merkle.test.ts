import { leafHash, merkleLevels, merkleRoot, proofFromLevels, utf8 } from '@hopline/protocol';
import { expect, test } from 'vitest';
import { hashLeaf, proofOf, rootOf, treeOf } from './merkle.ts';

test.each([0, 1, 2, 3, 4, 5, 7, 8, 11, 64, 100])(
  'two implementations agree about a tree of %i leaves',
  async (size) => {
    const leaves = Array.from({ length: size }, (_, index) => utf8(`leaf ${index}`));
    const hashes = await Promise.all(leaves.map(leafHash));
    const levels = await merkleLevels(hashes);
    const own = treeOf(leaves.map(hashLeaf));
    expect(rootOf(own).equals(await merkleRoot(hashes))).toBe(true);
    for (const index of leaves.keys()) {
      expect(proofOf(own, index).map((hash) => hash.toString('hex'))).toEqual(
        proofFromLevels(levels, index).map((hash) => Buffer.from(hash).toString('hex')),
      );
    }
  },
);
