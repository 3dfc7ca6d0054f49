import { afterEach, expect, test } from 'vitest';
import { auditOf, timesKept } from './audit.ts';
import { publishReadings } from './publish.ts';
import { TestDevice } from './test-device.ts';
import { TestEdge, testNode } from './test-edge.ts';

const own = 'FreshHubMSP';
const retail = 'RetailMSP';
const growers = 'GrowersMSP';
let edge: TestEdge;
afterEach(() => edge.stop());

const anchored = (count: number) =>
  edge.until(`${count} batches are anchored`, async () => (await edge.status()).anchored === count - 1);
const uploadsTo = (mspId: string) => edge.peer.uploadsTo.get(mspId)?.all ?? 0;

test('while the own gateway fails another organisation’s takes the statements, and the own one again afterwards', async () => {
  const device = await TestDevice.make('detour', testNode);
  const tuning = { sealMaxAgeMs: 3_600_000, uploadFallbackMs: 300, ownGatewayRetryMs: 600_000 };
  edge = await TestEdge.start(tuning, [device]);
  const client = await edge.connect(device);
  const messages = await publishReadings(client, device, 3);
  await edge.seal();
  await anchored(1);
  expect((await edge.status()).upload).toEqual({ lastBy: own, ownFailures: 0, retryMs: null, refused: null });

  // Refused by the one after it for its place in the chain, taken by the third, which knows no token of the node.
  edge.peer.faults.of.set(own, 'unavailable').set(retail, 'refusesChain');
  messages.push(...(await publishReadings(client, device, 3)));
  await edge.seal();
  await anchored(2);
  expect(edge.peer.uploadsTo.get(growers)).toEqual({ all: 1, withToken: 0 });
  expect(uploadsTo(retail)).toBeGreaterThan(0);
  const { upload, state } = await edge.status();
  expect(upload).toMatchObject({ lastBy: growers });
  expect(upload.ownFailures).toBeGreaterThan(0);
  // A stranger's 409 puts nothing in doubt: the node goes on sealing without the own gateway's word.
  expect(state).toBe('running');
  messages.push(...(await publishReadings(client, device, 3)));
  const tried = uploadsTo(own);
  await edge.seal();
  await anchored(3);
  expect(uploadsTo(own)).toBe(tried);

  // The route outlives the process; the new one only needs the own gateway's head before it seals.
  await edge.kill();
  edge.peer.faults.of.clear();
  await edge.up();
  expect((await edge.status()).upload).toEqual(upload);
  edge.overrides = { ...tuning, ownGatewayRetryMs: 100 };
  await edge.kill();
  await edge.up();
  await edge.seal();
  await edge.until('the own gateway is used', async () => (await edge.status()).upload.lastBy === own);
  expect((await edge.status()).upload.ownFailures).toBe(0);
  const audit = await auditOf(edge);
  for (const message of messages) expect(await timesKept(audit, message)).toBe(1);
});

test('a gateway that says 200 and names nothing is a failed one, and gets no more uploads than back-off allows', async () => {
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000, uploadFallbackMs: 0, ownGatewayRetryMs: 600_000 });
  edge.peer.faults.of.set(own, 'anchorsNothing');
  await edge.seal();
  await anchored(1);
  expect(uploadsTo(own)).toBe(1);
  expect((await edge.status()).upload).toMatchObject({ lastBy: retail, ownFailures: 1 });
});

test('a refusal that no repetition helps shows in the status, and goes when something was taken', async () => {
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 });
  edge.peer.faults.of.set(own, 'refusesKey');
  await edge.seal();
  await edge.until('it shows', async () => (await edge.status()).upload.refused !== null);
  const { upload, outboxBatches } = await edge.status();
  expect(upload.refused).toMatchObject({ by: own, status: 403, problem: 'key-revoked' });
  expect(outboxBatches).toBe(1);
  await edge.until('it is tried again', async () => (await edge.status()).upload.ownFailures > 2);
  expect((await edge.status()).upload.retryMs).not.toBeNull();
  edge.peer.faults.of.clear();
  await anchored(1);
  expect((await edge.status()).upload).toEqual({ lastBy: own, ownFailures: 0, retryMs: null, refused: null });
});

test('a node whose clock is far ahead of its gateway’s seals nothing until that is mended', async () => {
  const device = await TestDevice.make('ahead', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 50 }, [device]);
  await edge.kill();
  edge.peer.behindMs = 3_600_000;
  const before = edge.peer.headsGiven.get(own) ?? 0;
  await edge.up();
  const messages = await publishReadings(await edge.connect(device), device, 3);
  await edge.until('it has asked several times', () => (edge.peer.headsGiven.get(own) ?? 0) > before + 2);
  expect((await edge.status()).openReadings).toBe(messages.length);
  await expect(edge.post('/seal')).rejects.toThrow('409');
  edge.peer.behindMs = 0;
  await edge.until('all is anchored', async () => (await edge.status()).openReadings === 0);
});
