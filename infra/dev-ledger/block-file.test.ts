import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockFile } from './block-file.ts';
import { temporaryFolder } from './testing/fixture.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder, 'blocks.dat');
});
afterEach(() => rm(folder, { recursive: true }));

const BLOCKS = ['one', 'the second', 'third'].map((text) => Buffer.from(text));

async function openAndRead(): Promise<{ file: BlockFile; blocks: string[] }> {
  const blocks: string[] = [];
  const file = await BlockFile.open(path, 'never', async (bytes) => void blocks.push(bytes.toString()));
  return { file, blocks };
}

async function writeBlocks(): Promise<Buffer> {
  const { file } = await openAndRead();
  for (const block of BLOCKS) await file.append(block);
  await file.close();
  return readFile(path);
}

describe('a block file', () => {
  it('gives back what was appended, now and after it was opened again', async () => {
    await writeBlocks();
    const { file, blocks } = await openAndRead();
    expect(blocks).toEqual(BLOCKS.map(String));
    await file.append(Buffer.from('fourth'));
    expect(file.height).toBe(4);
    expect(String(await file.read(1))).toBe('the second');
    expect(String(await file.read(3))).toBe('fourth');
    expect(await file.read(4)).toBeUndefined();
    await file.close();
  });

  it('cut at any byte keeps all complete blocks, and takes new ones', async () => {
    const whole = await writeBlocks();
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      const { file, blocks } = await openAndRead();
      expect(BLOCKS.map(String).slice(0, blocks.length)).toEqual(blocks);
      await file.append(Buffer.from('next'));
      await file.close();
      const again = await openAndRead();
      expect(again.blocks).toEqual([...blocks, 'next']);
      await again.file.close();
    }
  });

  it('with any bit changed is never read as something else', async () => {
    const whole = await writeBlocks();
    for (let position = 0; position < whole.length; position++) {
      const altered = Buffer.from(whole);
      altered[position] = (altered[position] ?? 0) ^ (1 << (position % 8));
      await writeFile(path, altered);
      const opened = await openAndRead().catch((error: unknown) => error);
      if (opened instanceof Error) {
        expect(opened).toMatchObject({ code: 'BLOCK_FILE_DAMAGED' });
        continue;
      }
      // The change looks like a torn end: what stands before it is as it was.
      const { file, blocks } = opened as { file: BlockFile; blocks: string[] };
      expect(blocks.length).toBeLessThan(BLOCKS.length);
      expect(BLOCKS.map(String).slice(0, blocks.length)).toEqual(blocks);
      await file.close();
    }
  });
});
