import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runAll, suites } from './index.ts';

const folder = new URL('../../vectors/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length));
const load = (file: string): unknown => JSON.parse(readFileSync(new URL(`${file}.json`, folder), 'utf8'));

describe('golden vectors on this Node', () => {
  test('every file has a suite and every suite its file', () => {
    expect(Object.keys(suites).sort()).toEqual(files.sort());
  });

  test.each(Object.entries(suites))('%s', async (file, run) => {
    expect(await run(load(file))).toEqual([]);
  });

  test('a file that is missing is a failure', async () => {
    const failures = await runAll({});
    expect(failures.map(({ name }) => name)).toEqual(Object.keys(suites));
  });

  test('a wrong expectation is a failure', async () => {
    const vectors = load('merkle') as { trees: { root: string }[] };
    for (const tree of vectors.trees) tree.root = '00'.repeat(32);
    expect(await suites.merkle?.(vectors)).toHaveLength(vectors.trees.length);
  });
});
