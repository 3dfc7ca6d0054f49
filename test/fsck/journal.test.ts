import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readJournal } from './journal.ts';

const line = { node: '9521002000115/0', device: 'urn:dev:os:32473-1', epoch: 1, counter: 2, digest: 'x', ackedAtMs: 3 };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const file = join(folder, 'journal.jsonl');
  await writeFile(file, text);
  return readJournal(file);
}

test('reads a line for each acknowledgement', async () => {
  expect(await read(`${JSON.stringify(line)}\n${JSON.stringify({ ...line, counter: 3 })}\n`)).toEqual([
    line,
    { ...line, counter: 3 },
  ]);
});

test('a last line that was cut off is left out', async () => {
  expect(await read(`${JSON.stringify(line)}\n${JSON.stringify(line).slice(0, 40)}`)).toEqual([line]);
});

test('any other line that is broken is an error that names it', async () => {
  await expect(read(`{"node":\n${JSON.stringify(line)}\n`)).rejects.toThrow(/journal\.jsonl:1 /);
});

test('a journal that is not there is an error', async () => {
  await expect(readJournal(join(folder, 'nothing'))).rejects.toThrow(/ENOENT/);
});
