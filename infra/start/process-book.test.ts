import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIdentity } from '@hopline/protocol/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProcessBook, processBookFile } from './process-book.ts';

let folder = '';
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-book-'));
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const idle = async () => {
  const process_ = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(process_.stdout, 'data');
  child = process_;
  return process_;
};

/** What a starter leaves behind that was killed: its own entry of a process that is gone, and its parts. */
const writeBook = (owner: object, parts: object[]) =>
  writeFile(join(folder, processBookFile), JSON.stringify({ owner, parts }));

it('ends the parts that a killed starter has left', async () => {
  const left = await idle();
  const identity = processIdentity(left.pid ?? 0);
  await writeBook({ name: 'starter', pid: left.pid, identity: 'of one that is gone' }, [
    { name: 'ledger', pid: left.pid, identity },
  ]);
  const ended = once(left, 'exit');
  const book = await ProcessBook.open(folder);
  expect(await ended).toEqual([null, 'SIGTERM']);
  await book.stop();
});

it('leaves a process alone that only has the number of a part', async () => {
  const stranger = await idle();
  await writeBook({ name: 'starter', pid: stranger.pid, identity: 'gone' }, [
    { name: 'ledger', pid: stranger.pid, identity: 'an earlier one' },
  ]);
  const book = await ProcessBook.open(folder);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  await book.stop();
});

it('refuses a folder where a starter is at work, and names it', async () => {
  const book = await ProcessBook.open(folder);
  await expect(ProcessBook.open(folder)).rejects.toThrow(`as process ${process.pid}`);
  await book.stop();
  await (await ProcessBook.open(folder)).stop();
});

it('notes each part once, by its latest process', async () => {
  const book = await ProcessBook.open(folder);
  const part = await idle();
  await book.record('ledger', process.pid);
  await book.record('ledger', part.pid);
  const { parts } = JSON.parse(await readFile(join(folder, processBookFile), 'utf8')) as { parts: { pid: number }[] };
  expect(parts.map(({ pid }) => pid)).toEqual([part.pid]);
  await book.stop();
});
