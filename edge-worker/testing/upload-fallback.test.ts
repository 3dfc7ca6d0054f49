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
  expect((await edge.status()).upload).toEqual({ lastBy: own, ownFailures: 0 });

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
  expect((await edge.status()).upload).toEqual({ lastBy: retail, ownFailures: 1 });
});
