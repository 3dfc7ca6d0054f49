import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { findPortBase } from '../../infra/start/port-plan.ts';

const program = resolve(import.meta.dirname, '../../infra/start/main.ts');
const size = ['--devices', '30', '--lots', '8', '--readings', '1000'];
const overview = z.object({ counts: z.object({ readings: z.number(), lots: z.number(), devices: z.number() }) });
const stateSchema = z.object({
  gateways: z.array(z.object({ mspId: z.string(), url: z.string(), adminKeyFile: z.string() })),
});

let dataDir = '';
let portBase = 0;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hopline-start-'));
  portBase = await findPortBase(Math.random);
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

it('starts everything, stops it all on Ctrl-C, and goes on from its data', { timeout: 500_000 }, async () => {
  const first = await start();
  await first.until(/story told/, 240_000);
  const readings = await poll(async () => {
    const { counts } = await ask();
    return counts.readings >= 1000 && counts.lots === 8 ? counts.readings : null;
  });
  expect(await first.interrupt()).toBe(0);
  expect(processesOf(dataDir)).toEqual([]);

  const second = await start();
  await second.until(/devices ·/, 240_000);
  const { counts } = await ask();
  expect(counts.readings).toBeGreaterThanOrEqual(readings);
  expect(counts.lots).toBe(8);
  // The live fleet adds to what was there.
  await poll(async () => ((await ask()).counts.readings > counts.readings ? true : null));
  expect(second.output()).not.toMatch(/story told/);
  await second.kill();

  // What a killed starter leaves running is ended by the next one.
  const third = await start();
  await third.until(/devices ·/, 240_000);
  expect((await ask()).counts.readings).toBeGreaterThanOrEqual(counts.readings);
  expect(await third.interrupt()).toBe(0);
  expect(processesOf(dataDir)).toEqual([]);
});

it('names the port that is in use, and what wanted it', { timeout: 60_000 }, async () => {
  const base = await findPortBase(Math.random);
  const squatter = createServer().listen(base + 10, '127.0.0.1');
  await once(squatter, 'listening');
  try {
    const folder = await mkdtemp(join(tmpdir(), 'hopline-port-'));
    const result = spawnSync(process.execPath, [program, '--data', folder, '--port-base', String(base)], {
      encoding: 'utf8',
    });
    await rm(folder, { recursive: true, force: true });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`port ${base + 10}, wanted by an edge node, is in use`);
  } finally {
    squatter.close();
  }
});

it('leaves a folder alone that holds somebody’s own things, --fresh or not', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hopline-own-'));
  try {
    await writeFile(join(folder, 'letter.txt'), 'mine');
    const result = spawnSync(process.execPath, [program, '--fresh', '--data', folder], { encoding: 'utf8' });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('holds other things than Hopline');
    expect(await readdir(folder)).toEqual(['letter.txt']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('says what is missing where Fabric is asked for and FABRIC_BIN is not set', { timeout: 60_000 }, () => {
  const { FABRIC_BIN: _, ...env } = process.env;
  const args = [program, '--ledger', 'fabric', '--data', join(dataDir, 'fabric'), '--port-base', String(portBase)];
  const result = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  expect(result.status).toBe(1);
  expect(result.stderr).toContain('FABRIC_BIN is not set');
});

async function start() {
  const child = spawn(process.execPath, [program, '--data', dataDir, '--port-base', String(portBase), ...size], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return {
    output: () => output,
    until: (text: RegExp, withinMs: number) =>
      poll(async () => {
        if (!running.has(child)) throw new Error(`it ended:\n${output}`);
        return text.test(output) ? true : null;
      }, withinMs),
    interrupt: () => {
      child.kill('SIGINT');
      return ended;
    },
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

async function ask(): Promise<z.infer<typeof overview>> {
  const state = stateSchema.parse(JSON.parse(await readFile(join(dataDir, 'hopline.json'), 'utf8')));
  const gateway = state.gateways.find(({ mspId }) => mspId === 'FreshHubMSP');
  const key = (await readFile(gateway?.adminKeyFile ?? '', 'utf8')).trim();
  const response = await fetch(`${gateway?.url}/api/overview`, { headers: { authorization: `Bearer ${key}` } });
  return overview.parse(await response.json());
}

/** Command lines of processes that work in a folder. */
function processesOf(folder: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(folder));
}

async function poll<T>(look: () => Promise<T | null>, withinMs = 120_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((done) => setTimeout(done, 500));
  }
}
