import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './lock-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the lock is held once, follows the process it was handed to, and is free when that has ended', async () => {
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}`);
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  lock.handTo(child.pid ?? 0);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = lockFolder(folder);
  // The one before comes late: the folder is no longer its own.
  lock.release();
  expect(() => lockFolder(folder)).toThrow('in use');
  next.release();
  lockFolder(folder).release();
});

test('a process that lives under a number given out again holds nothing', () => {
  lockFolder(folder);
  const database = new DatabaseSync(join(folder, 'edge-lock.sqlite'));
  database.exec("UPDATE holder SET identity = 'of another boot'");
  database.close();
  lockFolder(folder).release();
});

test('of several starters at the same moment one wins', async () => {
  // A lock that a crash has left: all of them find it stale.
  const database = new DatabaseSync(join(folder, 'edge-lock.sqlite'));
  database.exec('CREATE TABLE holder (one INTEGER PRIMARY KEY, pid INTEGER NOT NULL, identity TEXT NOT NULL)');
  database.exec("INSERT INTO holder VALUES (1, 1, 'of another boot')");
  database.close();
  const script = `import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'lock-folder.ts'))};
    let word = 'won';
    try { lockFolder(${JSON.stringify(folder)}); } catch (error) { word = error.message.includes('in use') ? 'lost' : error.stack; }
    console.log(word);
    process.stdin.resume().on('end', () => process.exit());`;
  const starters = Array.from({ length: 4 }, () => spawn(process.execPath, ['--input-type=module', '-e', script]));
  const words = await Promise.all(starters.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()));
  for (const { stdin } of starters) stdin.end();
  expect(words.sort()).toEqual(['lost', 'lost', 'lost', 'won']);
});
