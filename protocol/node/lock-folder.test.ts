import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderLockFile, lockFolder } from './lock-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process that takes the lock, says whether it got it, and keeps it until it is killed or its input ends. */
function starter(more = '') {
  const script = `import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'lock-folder.ts'))};
    let word = 'won';
    try { const lock = lockFolder(${JSON.stringify(folder)}); globalThis.kept = lock; ${more} }
    catch (error) { word = error.name === 'FolderInUse' ? 'lost' : error.stack; }
    console.log(word);
    process.stdin.resume().on('end', () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  return { child, word: once(child.stdout, 'data').then(([text]) => String(text).trim()) };
}

async function kill(child: ReturnType<typeof spawn>): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a folder is locked once, also within a process, until it is given free', () => {
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`${folder} is in use`);
  lock.release();
  lock.release();
  lockFolder(folder).release();
});

test('of several starters at the same moment one wins, and its end of whatever kind gives the folder free', async () => {
  const starters = Array.from({ length: 4 }, () => starter());
  const words = await Promise.all(starters.map(({ word }) => word));
  expect(words.toSorted()).toEqual(['lost', 'lost', 'lost', 'won']);
  expect(() => lockFolder(folder)).toThrow('in use');
  await kill(starters[words.indexOf('won')]?.child as ReturnType<typeof spawn>);
  for (const { child } of starters) child.stdin.end();
  lockFolder(folder).release();
});

test('who was handed a share of the lock keeps the folder when the one that handed it is killed', async () => {
  const heir = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  const { child, word } = starter(`lock.handTo(${heir.pid});`);
  expect(await word).toBe('won');
  await kill(child);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${heir.pid}`);
  await kill(heir);
  lockFolder(folder).release();
});

test('a process that lives under a number given out again holds nothing', () => {
  const lock = lockFolder(folder);
  lock.handTo(process.pid);
  lock.release();
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}`);
  const database = new DatabaseSync(join(folder, folderLockFile));
  database.exec("UPDATE holder SET identity = 'of another boot'");
  database.close();
  lockFolder(folder).release();
});
