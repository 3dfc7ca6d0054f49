import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIdentity } from '@hopline/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPortFree } from '../free-ports.ts';
import { freePortBase } from './free-port-base.ts';
import { fingerprintOf, isRunning, ProcessFolder, type ProcessPlan } from './node-process.ts';
import { poll } from './poll.ts';
import { assertPortsFree } from './ports.ts';

const never = new AbortController().signal;
const LISTEN = `require('node:net').createServer().listen(+process.env.PORT, '127.0.0.1')`;
const STUBBORN = `process.on('SIGTERM', () => {}); ${LISTEN}`;

let folder: string;
let port: number;
let processes: ProcessFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fabric-process-'));
  port = await freePortBase(Math.random);
  processes = new ProcessFolder(folder, { INHERITED: 'yes' });
});
afterEach(async () => {
  await processes.stop(await processes.running());
  await rm(folder, { recursive: true });
});

function script(code: string): ProcessPlan {
  return {
    name: 'one',
    command: process.execPath,
    args: ['-e', code],
    cwd: folder,
    env: { PORT: String(port) },
    configuration: '',
    ports: [{ port, purpose: 'one (test)' }],
    readiness: { port, tls: null },
  };
}

describe('ProcessFolder', () => {
  it('starts a process that another look at the folder finds and stops', async () => {
    const record = await processes.start(script(LISTEN));
    await processes.waitUntilServing(script(LISTEN), record, never);
    const later = new ProcessFolder(folder, {});
    expect(await later.running()).toEqual([record]);
    await later.stop([record]);
    expect(await isRunning(record)).toBe(false);
    expect(await later.running()).toEqual([]);
    expect(await isPortFree(port)).toBe(true);
  });

  it('ends a process that does not listen to SIGTERM', async () => {
    const record = await processes.start(script(STUBBORN));
    await processes.waitUntilServing(script(STUBBORN), record, never);
    await new ProcessFolder(folder, {}, 100).stop([record]);
    expect(await isRunning(record)).toBe(false);
  });

  it('shows the end of the log where a process dies instead of serving', async () => {
    const plan = script(`console.error('no licence for', process.env.INHERITED); process.exit(3)`);
    const serve = async () => processes.waitUntilServing(plan, await processes.start(plan), never);
    await expect(serve()).rejects.toMatchObject({
      code: 'PROCESS_EXITED',
      message: expect.stringMatching(/^one ended by itself; the end of .*one\.log:\nno licence for yes$/),
    });
    expect(await readFile(processes.logFile('one'), 'utf8')).toContain('no licence');
  });

  it('names a program that can not be executed', async () => {
    const absent = join(folder, 'absent');
    await expect(processes.start({ ...script(''), command: absent })).rejects.toMatchObject({
      code: 'PROCESS_EXITED',
      message: expect.stringContaining(absent),
    });
  });

  it('does not take a recycled process number for its own', async () => {
    const record = await processes.start(script(LISTEN));
    await processes.stop([record]);
    const stale = { ...record, pid: process.pid };
    await writeFile(join(folder, 'run', 'one.json'), JSON.stringify(stale));
    expect(await processes.running()).toEqual([]);
    await processes.stop([stale]);
    expect(processIdentity(process.pid)).not.toBeNull();
  });
});

describe('fingerprintOf', () => {
  it('changes with what a process is started by, not with the order of its variables', () => {
    const plan = { ...script(LISTEN), env: { A: '1', B: '2' } };
    expect(fingerprintOf({ ...plan, env: { B: '2', A: '1' } })).toBe(fingerprintOf(plan));
    expect(fingerprintOf({ ...plan, env: { A: '1', B: '3' } })).not.toBe(fingerprintOf(plan));
    expect(fingerprintOf({ ...plan, configuration: 'x' })).not.toBe(fingerprintOf(plan));
  });
});

describe('assertPortsFree', () => {
  it('names the port that is taken, and who wanted it', async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    try {
      const uses = [
        { port, purpose: 'orderer1 (gRPC)' },
        { port: port + 1, purpose: 'orderer1 (health and metrics)' },
      ];
      await expect(assertPortsFree(uses)).rejects.toMatchObject({
        code: 'PORT_IN_USE',
        message: expect.stringMatching(
          new RegExp(`^port ${port} on 127.0.0.1 is in use; wanted by orderer1 \\(gRPC\\)\nFree it`),
        ),
      });
    } finally {
      server.close();
    }
  });
});

describe('poll', () => {
  it('tells why it gave up', async () => {
    const limits = { intervalMs: 1, timeoutMs: 20, signal: never };
    const attempt = () => Promise.reject(new Error('still electing'));
    await expect(poll('the leader', limits, attempt)).rejects.toMatchObject({
      code: 'START_TIMEOUT',
      message: expect.stringMatching(/^the leader: .*still electing$/),
    });
  });

  it('stops when the caller gives up', async () => {
    const cancel = new AbortController();
    const attempt = async () => {
      cancel.abort();
      return undefined;
    };
    const limits = { intervalMs: 1, timeoutMs: 60_000, signal: cancel.signal };
    await expect(poll('the leader', limits, attempt)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
