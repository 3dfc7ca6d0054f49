import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { identityOptions } from '../testing/scripted-peer.ts';
import { startReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts';
import { putNotice, readStates } from './outbox.ts';
import { openSecretBox } from './secret-box.ts';
import { newWebhookSecret } from './webhook-secret.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** A gateway in a process of its own, killed while a receiver has its notice and has not answered yet. */
const main = join(import.meta.dirname, '..', 'main.ts');
const secret = newWebhookSecret(randomBytes);
let folder: string;
let dataFolder: string;
let receiver: WebhookReceiver;
let running: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-notify-crash-'));
  dataFolder = join(folder, 'data');
  receiver = await startReceiver();
  const store = await openStore({ folder: dataFolder, nowMs: Date.now() });
  const box = await openSecretBox(dataFolder);
  await store.writeOwn((tx, put) =>
    putNotice(
      { tx, put },
      box,
      {
        id: 'recall:1:v1',
        channel: { kind: 'webhook', url: `${receiver.url}/`, secret },
        type: 'recall.opened',
        payload: { lot: 'L-1' },
        notAfterMs: Date.now() + 3_600_000,
      },
      Date.now(),
    ),
  );
  await store.close();
  const options = {
    mspId: 'FreshHubMSP',
    organisation: { name: 'FreshHub' },
    // Nobody is there: notices need no ledger.
    ledger: await identityOptions(folder, '127.0.0.1:1'),
    dataFolder,
    logLevel: 'silent',
    notify: { allowPrivate: true },
  };
  await writeFile(join(folder, 'gateway.json'), JSON.stringify(options));
});

afterAll(async () => {
  await end('SIGKILL');
  await receiver?.stop();
  await rm(folder, { recursive: true });
});

function start(): void {
  running = spawn(process.execPath, [main, '--config', join(folder, 'gateway.json')], { stdio: 'ignore' });
}

async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (!running || running.exitCode !== null || running.signalCode !== null) return;
  const exit = once(running, 'exit');
  running.kill(signal);
  await exit;
}

test('killed in the middle of a delivery, it delivers again with the same id, and then no more', async () => {
  const waiting = { timeout: 80_000, interval: 20 };
  receiver.otherwise = () => undefined;
  start();
  await vi.waitUntil(() => receiver.received.length === 1, waiting);
  await end('SIGKILL');

  receiver.otherwise = 204;
  start();
  await vi.waitUntil(() => receiver.received.length === 2, waiting);
  // Stopped in order, it first writes what came of it.
  await end('SIGTERM');
  const store = await openStore({ folder: dataFolder, nowMs: Date.now() });
  const states = await readStates(store, ['recall:1:v1']).finally(() => store.close());
  expect(states.get('recall:1:v1')).toMatchObject({ state: 'delivered', attempts: 1 });
  for (const { headers, body } of receiver.received) {
    expect(headers['webhook-id']).toBe('recall:1:v1');
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({ lot: 'L-1' });
  }
});
