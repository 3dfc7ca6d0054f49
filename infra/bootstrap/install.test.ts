import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** A project without packages, so that the real `npm ci` has nothing to fetch. */
let root: string;
const lockFile = '.hopline-install.lock';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hopline-install-'));
  await mkdir(join(root, 'infra/bootstrap'), { recursive: true });
  await copyFile(join(import.meta.dirname, 'install.cjs'), join(root, 'infra/bootstrap/install.cjs'));
  const project = { name: 'empty', version: '1.0.0' };
  await writeFile(join(root, 'package.json'), JSON.stringify(project));
  const lock = { ...project, lockfileVersion: 3, requires: true, packages: { '': project } };
  await writeFile(join(root, 'package-lock.json'), JSON.stringify(lock));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function install(): Promise<{ code: number | null; said: string }> {
  const { npm_execpath: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'infra/bootstrap/install.cjs')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let said = '';
  child.stderr?.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

const leftOver = async () => (await readdir(root)).filter((name) => name.startsWith(lockFile));

test('of commands that begin at the same moment one installs, and the others find it done', async () => {
  const runs = await Promise.all([install(), install(), install()]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(runs.filter(({ said }) => said.includes('installed in'))).toHaveLength(1);
  expect(await leftOver()).toEqual([]);
  expect(await install()).toEqual({ code: 0, said: '' });
});

test('what a command that was killed has left holds nobody up', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(join(root, lockFile), String(pid));
  const runs = await Promise.all([install(), install()]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(runs.filter(({ said }) => said.includes('installed in'))).toHaveLength(1);
  expect(await leftOver()).toEqual([]);
});

test('a failure is told, and leaves the next one free', async () => {
  await writeFile(join(root, 'package-lock.json'), 'no JSON');
  const { code, said } = await install();
  expect(code).not.toBe(0);
  expect(said).toContain('npm ci failed');
  expect(await leftOver()).toEqual([]);
});
