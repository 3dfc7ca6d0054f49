import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gtin14 } from '@hopline/protocol/gs1';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { recallSchema } from '../../ledger-gateway/src/recall/read-recall.ts';
import { startReceiver, type WebhookReceiver } from '../../ledger-gateway/src/testing/webhook-receiver.ts';
import { RandomIds } from '../ledger-suite/random-ids.ts';
import { apiOf, mspIds, type Network, type RunningGateway, startNetwork } from './network.ts';
import { sendOff } from './recall-story.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

/** A gateway that is killed between a recall's commit and its notices. */
const main = join(import.meta.dirname, '..', '..', 'ledger-gateway', 'src', 'main.ts');
let network: Network;
let receiver: WebhookReceiver;
const children: ChildProcess[] = [];

beforeAll(async () => {
  network = await startNetwork();
  receiver = await startReceiver();
});

afterAll(async () => {
  for (const child of children) await kill(child);
  await network?.stop();
  await receiver?.stop();
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function start(configFile: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main, '--config', configFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      const [, found] = /listens on (\S+)/.exec(text) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${String(code)}: ${text}`)));
  });
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).ok, { timeout: 60_000, interval: 50 });
  return { child, url };
}

test('killed between two parts of a scope, it says how much is to come, and brings it after its next start', async () => {
  const freshHub = await network.start('freshHub');
  const { caseGtin } = await registered(freshHub);
  await freshHub.stop();
  const configFile = join(network.folder, 'parts.json');
  await writeFile(configFile, JSON.stringify(network.options('freshHub', { recallLotsPerTransaction: 1 })));
  const first = await start(configFile);
  const before = network.ledger.height();
  const recallId = 'R-2026-10';
  const suspects = Array.from({ length: 12 }, (_, index) => ({ gtin: caseGtin, lot: `P${index}` }));
  const body = { recallId, kind: 'voluntary', reason: 'Glass', suspects };
  const unanswered = apiOf(first.url, freshHub.adminKey)
    .send('POST', '/api/recalls', body)
    .then(
      () => 'answered',
      () => 'cut off',
    );
  await vi.waitUntil(() => network.ledger.height() >= before + 3, { timeout: 20_000, interval: 1 });
  await kill(first.child);
  expect(await unanswered).toBe('cut off');

  const second = await start(configFile);
  const api = apiOf(second.url, freshHub.adminKey);
  // However far it is: what is on hold and what is to come are all of it.
  await vi.waitUntil(
    async () => {
      const { lots, lotsToCome, times } = recallSchema.parse(await api.get(`/api/recalls/${recallId}`));
      expect(lots.length + lotsToCome).toBe(suspects.length);
      expect(times.timeToHoldMs === null).toBe(lotsToCome > 0);
      return lotsToCome === 0 && lots.every(({ onHold }) => onHold);
    },
    { timeout: 60_000, interval: 20 },
  );
  const { steps } = recallSchema.parse(await api.get(`/api/recalls/${recallId}`));
  expect(steps.filter(({ act }) => act.step === 'opened')).toHaveLength(1);
  // Asked again under its id, as a page does that has lost the answer, nothing is opened twice.
  await expect(api.send('POST', '/api/recalls', body)).rejects.toMatchObject({ code: 'recall-exists' });
  // Contacts that come later are told of what is open.
  await api.send('POST', `/api/recalls/${recallId}/close`, { conclusion: 'All of it is here', otherwise: 'a test' });
  await kill(second.child);
});

/** Registers a product of the packer. */
async function registered({ api }: RunningGateway): Promise<{ caseGtin: string }> {
  const caseGtin = gtin14(new RandomIds(Date.now() % 2 ** 32).gtin());
  await api.send('PUT', `/api/products/${caseGtin}`, { name: 'Lettuce, case of 12', limits: [] });
  return { caseGtin };
}

test('killed between the commit and the notices, it gives each of them once after its next start', async () => {
  const [freshHub, retail] = await Promise.all([network.start('freshHub'), network.start('retail')]);
  const lot = await sendOff(freshHub, retail);
  for (const [party, path] of [
    [mspIds.retail, '/retail'],
    // The own office is told as well.
    [mspIds.freshHub, '/own'],
  ]) {
    const channel = { kind: 'webhook', url: receiver.url + path };
    await freshHub.api.send('POST', '/api/contacts', { party, name: 'Office', channel });
  }
  await freshHub.stop();

  const configFile = join(network.folder, 'freshHub.json');
  await writeFile(configFile, JSON.stringify(network.options('freshHub', { notify: { allowPrivate: true } })));
  const first = await start(configFile);
  const before = network.ledger.height();
  const recallId = 'R-2026-9';
  const body = { recallId, kind: 'voluntary', reason: 'Glass', suspects: [lot] };
  const unanswered = apiOf(first.url, freshHub.adminKey)
    .send('POST', '/api/recalls', body)
    .then(
      () => 'answered',
      () => 'cut off',
    );
  // The hold is on the ledger; the gateway dies before it has projected the block, or soon after.
  await vi.waitUntil(() => network.ledger.height() > before, { timeout: 20_000, interval: 1 });
  await kill(first.child);
  await unanswered;
  const toldBefore = receiver.received.length;

  const second = await start(configFile);
  const api = apiOf(second.url, freshHub.adminKey);
  const read = async () => recallSchema.parse(await api.get(`/api/recalls/${recallId}`));
  await vi.waitUntil(
    async () => {
      const { organisations } = await read();
      return organisations.every(
        ({ notices }) => notices.length > 0 && notices.every(({ state }) => state === 'delivered'),
      );
    },
    { timeout: 60_000, interval: 100 },
  );
  await vi.waitUntil(async () => (await read()).organisations.every(({ notifiedAtMs }) => notifiedAtMs !== null), {
    timeout: 60_000,
    interval: 100,
  });
  await vi.waitUntil(() => receiver.received.length >= 2, { timeout: 60_000, interval: 100 });
  const ids = receiver.received.map(({ path, headers }) => `${path} ${String(headers['webhook-id'])}`);
  expect(toldBefore).toBe(0);
  expect(new Set(ids).size).toBe(2);
  expect(ids).toHaveLength(2);
  const { lots, organisations, steps } = await read();
  expect(organisations.flatMap(({ notices }) => notices)).toHaveLength(1);
  expect(steps.filter(({ act }) => act.step === 'opened')).toHaveLength(1);
  expect(lots.every(({ onHold }) => onHold)).toBe(true);
  await kill(second.child);
});
