import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Device, parseReading, readLegacyRecords, readRecords, toBase64Url } from '@hopline/protocol';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { startRelay } from '../../sensor-sim/src/cli/relay-command.ts';
import { makeKeyFile } from '../../sensor-sim/src/device/key-file.ts';
import { type EdgeWithRegistry, startEdgeWithRegistry } from './edge-with-registry.ts';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('../../sensor-sim/examples/', import.meta.url));
const node = '9521002000115/0';
const urn = 'urn:dev:ops:32473-probe-7';
const legacyUrn = 'urn:dev:ops:32473-fridge-1';
const installTimeoutMs = 180_000;
const runTimeoutMs = 60_000;

let folder: string;
let edge: EdgeWithRegistry;
/** Why the Python parts cannot run here; `null`: they can. */
let obstacle: string | null = null;
let python: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-python-'));
  edge = await startEdgeWithRegistry([node], folder);
  const key = await makeKeyFile(join(folder, 'probe.key.json'));
  const passwordOf = await edge.register([
    record(urn, toBase64Url(key.publicKey), 'probe'),
    record(legacyUrn, null, 'legacy'),
  ]);
  const needs = {
    device: urn,
    url: edge.urlOf(node),
    username: urn,
    password: passwordOf(urn),
    keyFile: 'probe.key.json',
    topic: `readings/${urn}`,
  };
  await writeFile(join(folder, 'probe.json'), JSON.stringify(needs));
  obstacle = await makeVirtualEnvironment();
}, installTimeoutMs);
afterAll(async () => {
  await edge.stop();
  await rm(folder, { recursive: true, force: true });
});

async function makeVirtualEnvironment(): Promise<string | null> {
  const venv = join(folder, 'venv');
  python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  try {
    await run('python3', ['-m', 'venv', venv], { timeout: installTimeoutMs });
    const requirements = join(examples, 'requirements.txt');
    await run(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { timeout: installTimeoutMs });
    return null;
  } catch (error) {
    return `Python's packages cannot be had here: ${(error as Error).message.split('\n')[0]}`;
  }
}

function skipWithout(context: TestContext): void {
  if (obstacle === null) return;
  console.log(obstacle);
  context.skip(obstacle);
}

function record(device: string, publicKey: string | null, kind: Device['kind']): Device {
  return {
    device,
    mspId: 'FreshHubMSP',
    publicKey,
    kind,
    place: node.slice(0, 13),
    epc: null,
    assignments: [{ node, fromMs: 0, toMs: null }],
    rules: [],
    calibration: null,
    validFromMs: 0,
    validToMs: null,
  };
}

function publish(...readings: string[]) {
  return run(python, [join(examples, 'device.py'), join(folder, 'probe.json'), ...readings], { timeout: runTimeoutMs });
}

async function leavesOf(device: string) {
  return (await edge.leaves(node)).filter((leaf) => leaf.device === device);
}

test(
  'a client in Python signs readings that the edge accepts, and goes on with its sequence',
  async (context) => {
    skipWithout(context);
    expect((await publish('temperature=3.4Cel', 'humidity=81%RH')).stdout).toMatch(/^epoch \d+ counter 0: Success\n$/);
    expect((await publish('temperature=-18.25Cel')).stdout).toMatch(/ counter 1: Success\n$/);
    const leaves = await leavesOf(urn);
    expect(leaves.map(({ assurance }) => assurance)).toEqual(['device-signed', 'device-signed']);
    const readings = leaves.map(({ message }) => parseReading(message));
    expect(readings.map(({ sequence }) => sequence.counter)).toEqual([0, 1]);
    expect(readings.flatMap(readRecords)).toMatchObject([
      { stream: 'temperature', unit: 'Cel', value: { value: 3.4 } },
      { stream: 'humidity', unit: '%RH', value: { value: 81 } },
      { stream: 'temperature', unit: 'Cel', value: { value: -18.25 } },
    ]);
  },
  runTimeoutMs,
);

test(
  'it tells of a counter that went back, and of a refusal',
  async (context) => {
    skipWithout(context);
    await publish('temperature=3Cel');
    const memory = join(folder, 'probe.sequence');
    const [epoch, next] = (await readFile(memory, 'utf8')).split(' ');
    await writeFile(memory, `${epoch} ${Number(next) - 1}`);
    expect((await publish('temperature=4Cel')).stdout).toContain('quarantined: equivocation');
    await expect(publish('temperature=4furlong')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Payload format invalid malformed'),
    });
  },
  runTimeoutMs,
);

test(
  'mosquitto_pub publishes as a legacy sensor through the relay',
  async (context) => {
    const missing = await run('mosquitto_pub', ['--version']).then(
      () => null,
      (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? 'mosquitto_pub is not installed here' : null),
    );
    if (missing) {
      console.log(missing);
      context.skip(missing);
    }
    const relay = await startRelay('127.0.0.1', 0, edge.urlOf(node));
    try {
      const who = ['-i', legacyUrn, '-u', legacyUrn, '-P', `password of ${legacyUrn}`];
      const what = ['-t', `readings/${legacyUrn}`, '-m', '[{"n":"temperature","u":"Cel","v":4.2}]'];
      await run('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(relay.port), '-q', '1', ...who, ...what]);
    } finally {
      await relay.close();
    }
    const [leaf] = await leavesOf(legacyUrn);
    if (!leaf) throw new Error('nothing was stored');
    expect(readLegacyRecords(legacyUrn, leaf.message, leaf.receivedAtMs)).toMatchObject([
      { stream: 'temperature', value: { value: 4.2 } },
    ]);
  },
  runTimeoutMs,
);
