import { z } from 'zod';
import { fromHex, toHex } from '../bytes.ts';
import { inclusionProof, leafHash, merkleRoot, verifyInclusion } from '../merkle/index.ts';
import { codeOr } from './code-or.ts';
import { type Failure, sameLater } from './failure.ts';

const treeSchema = z.object({ name: z.string(), leaves: z.array(z.string()), root: z.string() });
type Tree = z.output<typeof treeSchema>;
const inclusionSchema = z.object({
  name: z.string(),
  index: z.number(),
  size: z.number(),
  leafHash: z.string(),
  path: z.array(z.string()),
  root: z.string(),
  valid: z.boolean(),
});
type Inclusion = z.output<typeof inclusionSchema>;
const merkleVectors = z.object({
  hashes: z.array(z.object({ name: z.string(), input: z.string(), hash: z.string() })).min(1),
  trees: z.array(treeSchema).min(1),
  inclusion: z.array(inclusionSchema).min(1),
});

/**
 * Runs `vectors/merkle.json` on this platform: roots, the proof of every leaf of every tree, and proofs good and bad.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export async function runMerkleVectors(vectors: unknown): Promise<Failure[]> {
  const { hashes, trees, inclusion } = merkleVectors.parse(vectors);
  const failures = await Promise.all([
    ...hashes.map(({ name, input, hash }) => sameLater(name, hash, async () => toHex(await leafHash(fromHex(input))))),
    ...trees.map(treeFailures),
    ...inclusion.map(inclusionFailures),
  ]);
  return failures.flat();
}

function treeFailures({ name, leaves, root }: Tree): Promise<Failure[]> {
  return sameLater(name, root, async () => {
    const hashes = await Promise.all(leaves.map((leaf) => leafHash(fromHex(leaf))));
    const found = await merkleRoot(hashes);
    for (const [index, hash] of hashes.entries()) {
      await verifyInclusion(hash, { index, size: hashes.length, path: await inclusionProof(hashes, index) }, found);
    }
    return toHex(found);
  });
}

function inclusionFailures({ name, index, size, leafHash: hash, path, root, valid }: Inclusion): Promise<Failure[]> {
  return sameLater(`inclusion ${name}`, valid, async () => {
    const verdict = await codeOr(() =>
      verifyInclusion(fromHex(hash), { index, size, path: path.map(fromHex) }, fromHex(root)),
    );
    return verdict === undefined;
  });
}
