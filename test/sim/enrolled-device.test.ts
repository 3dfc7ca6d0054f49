import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { findPortBase } from '../../infra/start/port-plan.ts';
import { type Stack, startStack } from '../../infra/start/stack.ts';
import { readKeyFile } from '../../sensor-sim/src/device/key-file.ts';
import { createDevice, createMemoryStore, createRandom, type Device } from '../../sensor-sim/src/index.ts';

const enrolMain = fileURLToPath(new URL('../../sensor-sim/src/enrol/main.ts', import.meta.url));
const gln = '9521002000115';
const startTimeoutMs = 240_000;
const patienceMs = 60_000;
const needsSchema = z.object({
  device: z.string(),
  url: z.string(),
  password: z.string(),
  keyFile: z.string().nullable(),
});
const batchesSchema = z.object({ batches: z.array(z.object({ size: z.number(), state: z.string() })) });

let folder: string;
let stack: Stack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-enrolled-'));
  stack = await startStack({
    dataDir: join(folder, 'data'),
    ledger: 'dev',
    portBase: await findPortBase(Math.random),
    tuning: { sealMaxAgeMs: 500, registryRefreshMs: 300, idleStatementMs: 60_000 },
  });
}, startTimeoutMs);
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
}, startTimeoutMs);

/** Enrols by the command that people use, and reads what it tells the device. */
async function enrol(device: string, ...args: string[]) {
  const out = join(folder, `${device.split(':').at(-1)}.json`);
  const given = ['--device', device, '--site', gln, '--state', stack.stateFile, '--out', out, ...args];
  await promisify(execFile)(process.execPath, [enrolMain, ...given], { cwd: folder });
  return needsSchema.parse(JSON.parse(await readFile(out, 'utf8')));
}

async function deviceFrom(needs: z.infer<typeof needsSchema>, protocolVersion: 4 | 5): Promise<Device> {
  return createDevice({
    device: needs.device,
    channel: 'provenance',
    key: needs.keyFile === null ? null : await readKeyFile(join(folder, needs.keyFile)),
    password: needs.password,
    protocolVersion,
    urlOf: () => needs.url,
    store: createMemoryStore(),
    journal: null,
    nowMs: Date.now,
    random: createRandom(1, needs.device),
    backoff: { firstMs: 100, mostMs: 1000 },
  });
}

async function anchoredReadings(): Promise<number> {
  const edge = stack.edges.find(({ address }) => address.node === `${gln}/0`);
  if (!edge) throw new Error('the stack has no such edge node');
  const { url, token } = edge.address;
  const answer = await fetch(`${url}/sites/${gln}/0/batches`, { headers: { authorization: `Bearer ${token}` } });
  const { batches } = batchesSchema.parse(await answer.json());
  return batches.filter(({ state }) => state !== 'sealed').reduce((sum, { size }) => sum + size, 0);
}

test(
  'a device that is enrolled by the command has its readings on the ledger, and so has a legacy sensor',
  async () => {
    const devices = [
      await deviceFrom(await enrol('urn:dev:ops:32473-probe-7', '--rule', 'temperature:..5:30'), 5),
      await deviceFrom(await enrol('urn:dev:ops:32473-fridge-1', '--legacy'), 4),
    ];
    for (const device of devices) {
      await device.connect(`${gln}/0`);
      for (let count = 0; count < 5; count++) {
        await device.record([
          { bn: `${device.urn}_`, bt: Date.now() / 1000, n: 'temperature', u: 'Cel', v: 3 + count },
        ]);
      }
      expect(await device.drain(patienceMs), device.lastFailure ?? '').toBe(true);
      expect(device.tally).toMatchObject({ acknowledged: 5, quarantined: {}, refused: {}, lost: 0 });
      await device.stop();
    }
    await expect.poll(anchoredReadings, { timeout: patienceMs }).toBe(10);
  },
  startTimeoutMs,
);

test(
  "enrolling the same device again is refused in the gateway's words",
  async () => {
    await enrol('urn:dev:ops:32473-probe-8');
    await rm(join(folder, '32473-probe-8.json'));
    await expect(enrol('urn:dev:ops:32473-probe-8')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('enrolled already'),
    });
  },
  startTimeoutMs,
);
