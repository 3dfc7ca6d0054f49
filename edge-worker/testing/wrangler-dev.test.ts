import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@hopline/protocol/node';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretDigest } from './keys.ts';
import { publish } from './publish.ts';
import { TestDevice } from './test-device.ts';
import { apiToken, testNode } from './test-edge.ts';
import { TestPeer } from './test-peer.ts';

const startWithinMs = 90_000;
const stopWithinMs = 5_000;
const pollMs = 200;
const workspace = fileURLToPath(new URL('..', import.meta.url));
const wrangler = fileURLToPath(
  import.meta.resolve('wrangler/package.json').replace(/package\.json$/, 'bin/wrangler.js'),
);
let folder: string;
let peer: TestPeer;
let device: TestDevice;
let child: ChildProcess;
let url: string;
let output = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-wrangler-'));
  device = await TestDevice.make('developed', testNode);
  peer = await TestPeer.start(testNode);
  peer.devices = [device.entry];
  const config = {
    ...peer.config('gateway-token-of-the-tests-0123456789'),
    apiTokenDigests: [await secretDigest(apiToken)],
    registryRefreshMs: 200,
  };
  const envFile = join(folder, 'env');
  await writeFile(envFile, `NODES='${JSON.stringify({ [testNode]: config })}'\n`, { mode: 0o600 });
  const [port, inspectorPort] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${port}`;
  const options = {
    ip: '127.0.0.1',
    port,
    'inspector-ip': '127.0.0.1',
    'inspector-port': inspectorPort,
    'persist-to': join(folder, 'state'),
    'env-file': envFile,
    'show-interactive-dev-session': false,
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  child = spawn(process.execPath, [wrangler, 'dev', '--local', ...args], {
    cwd: workspace,
    // It runs without a word to anybody: no banner with its look for updates, no metrics, no description of where it is.
    env: {
      ...process.env,
      CI: '1',
      HOME: folder,
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, because workerd is its child and has to go with it.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  await until('it answers', async () => (await fetch(`${url}/healthz`)).ok);
}, startWithinMs + 10_000);

afterAll(async () => {
  await stopGroup();
  await peer?.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

test('under `wrangler dev` a device publishes a signed reading, and gets its PUBACK', async () => {
  const { proof } = (await call('POST', '/enrolment', { code: 'one-time-code' })) as { proof: string };
  await peer.enrol(proof);
  const status = async () => (await call('GET', '/status')) as { registry: unknown; counts: { accepted: number } };
  await until('the node has its registry copy', async () => (await status()).registry !== null);
  const client = await mqtt.connectAsync(`${url.replace('http', 'ws')}/sites/${testNode}/mqtt`, {
    protocolVersion: 5,
    clientId: device.urn,
    username: device.urn,
    password: device.password,
    reconnectPeriod: 0,
  });
  try {
    expect(await publish(client, device.topic, await device.reading())).toBe(0);
  } finally {
    await client.endAsync();
  }
  expect((await status()).counts.accepted).toBe(1);
}, 60_000);

async function call(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${url}/sites/${testNode}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.status, output).toBe(200);
  return response.json();
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + startWithinMs; Date.now() < end && child.exitCode === null; await sleep(pollMs)) {
    if (await holds().catch(() => false)) return;
  }
  throw new Error(`waited in vain until ${what}; wrangler said:\n${output}`);
}

async function stopGroup(): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await Promise.race([ended, sleep(stopWithinMs)]);
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // All of the group has gone by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
