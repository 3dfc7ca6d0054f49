import { readFile } from 'node:fs/promises';
import { summaryDigest, toBase64Url } from '@hopline/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { organisations } from '../../infra/story/network.ts';
import { delivered, enrolDevice, type FaultDevice, publish } from './fault-devices.ts';
import { FaultSystem } from './fault-system.ts';

/** The gateways as they are in production: a process for each organisation, of which one can be lost. */
let system: FaultSystem;
let probe: FaultDevice;
const own = organisations.freshHub.mspId;

beforeAll(async () => {
  system = await FaultSystem.start({
    separateGateways: true,
    tuning: { uploadFallbackMs: 500, ownGatewayRetryMs: 2000 },
  });
  probe = await enrolDevice(system, system.edge(0));
  await publish(probe, 60);
  await system.settle();
}, 240_000);

afterAll(async () => {
  await probe?.device.stop();
  await system?.stop();
}, 60_000);

test('the own gateway is killed: another organisation’s brings everything to the ledger, until it is back', async () => {
  const { edge } = probe;
  const gateway = system.stack.gateways.processOf('freshHub');
  expect((await system.status(edge)).upload.lastBy).toBe(own);
  await gateway.kill();
  const before = await system.headOnLedger(edge);
  await publish(probe, 120);
  // Open readings, outbox and state, as the node itself says: it runs on without its own gateway.
  await system.settle();
  const { upload, anchored } = await system.status(edge);
  expect(upload.lastBy).not.toBe(own);
  expect(upload.ownFailures).toBeGreaterThan(0);
  expect(await system.headOnLedger(edge)).toBeGreaterThan(before);
  // Where the node has no token its signature was enough.
  expect(system.proxies.growers.uploads).toBeGreaterThan(0);

  await gateway.start();
  await publish(probe, 60);
  await system.until('the own gateway is used again', async () => (await system.status(edge)).upload.lastBy === own);
  expect((await system.status(edge)).upload.ownFailures).toBe(0);
  await delivered(probe);
  await system.expectNothingLost();

  // What others took in reaches the own gateway too, with its summary.
  const detours = (await system.batches(edge, before + 1)).filter(({ sequence }) => sequence <= (anchored ?? 0));
  expect(detours.reduce((sum, { size }) => sum + size, 0)).toBeGreaterThanOrEqual(120);
  const last = detours.at(-1)?.sequence ?? 0;
  const digest = toBase64Url(await summaryDigest((await system.sealed(edge, last)).summary));
  await system.until('the own gateway has the summary', () => hasSummary(digest));
}, 240_000);

async function hasSummary(digest: string): Promise<boolean> {
  const address = system.stack.gateways.addresses.find(({ mspId }) => mspId === own);
  if (!address) throw new Error('no own gateway');
  const key = (await readFile(address.adminKeyFile, 'utf8')).trim();
  const response = await fetch(`${address.url}/api/summaries/${digest}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  await response.body?.cancel();
  return response.ok;
}
