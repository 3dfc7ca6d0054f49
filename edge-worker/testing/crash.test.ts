import { afterEach, expect, test } from 'vitest';
import { auditOf, timesKept } from './audit.ts';
import { publishReadings } from './publish.ts';
import { TestDevice } from './test-device.ts';
import { TestEdge, testNode } from './test-edge.ts';

let edge: TestEdge;
afterEach(() => edge.stop());

/** Every acknowledged reading exactly once, anchored, and nothing else. */
async function expectAllAnchored(acknowledged: readonly Uint8Array[]): Promise<void> {
  await edge.until('all is anchored', async () => {
    const { openReadings, outboxBatches, state } = await edge.status();
    return state === 'running' && openReadings === 0 && outboxBatches === 0;
  });
  const audit = await auditOf(edge);
  for (const message of acknowledged) expect(await timesKept(audit, message)).toBe(1);
  expect(audit.anchored.size).toBe(acknowledged.length);
}

test('kill -9 with readings acknowledged and not sealed: all of them are sealed afterwards', async () => {
  const device = await TestDevice.make('crash-1', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [device]);
  const acknowledged = await publishReadings(await edge.connect(device), device, 40);
  await edge.kill();
  await edge.up();
  expect((await edge.status()).openReadings).toBe(40);
  await edge.until('the node has compared heads', async () =>
    edge.post('/seal').then(
      () => true,
      () => false,
    ),
  );
  await expectAllAnchored(acknowledged);
});

test('kill -9 with batches sealed and not sent: the same bytes go out afterwards', async () => {
  const device = await TestDevice.make('crash-2', testNode);
  edge = await TestEdge.start({ sealMaxReadings: 10, sealMaxAgeMs: 3_600_000 }, [device]);
  edge.peer.faults.unavailable = true;
  const acknowledged = await publishReadings(await edge.connect(device), device, 40);
  await edge.until('four batches are sealed', async () => (await edge.status()).outboxBatches === 4);
  const before = await edge.get<{ batches: { digest: string }[] }>('/batches');
  await edge.kill();
  await edge.up();
  const after = await edge.get<{ batches: { digest: string }[] }>('/batches');
  expect(after.batches.map((batch) => batch.digest)).toEqual(before.batches.map((batch) => batch.digest));
  edge.peer.faults.unavailable = false;
  await expectAllAnchored(acknowledged);
  expect(edge.peer.chain.anchored).toHaveLength(4);
});

test('kill -9 with a batch sent and not confirmed: it is sent again and is on the ledger once', async () => {
  const device = await TestDevice.make('crash-3', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [device]);
  edge.peer.faults.loseUploadAnswers = true;
  const acknowledged = await publishReadings(await edge.connect(device), device, 20);
  await edge.post('/seal');
  await edge.until('the ledger has it', () => edge.peer.chain.anchored.length === 1);
  await edge.kill();
  await edge.up();
  expect((await edge.status()).anchored).toBeNull();
  edge.peer.faults.loseUploadAnswers = false;
  await expectAllAnchored(acknowledged);
  expect(edge.peer.chain.anchored).toHaveLength(1);
});

test('what comes again after a crash is a duplicate, in whatever state its first copy is', async () => {
  const device = await TestDevice.make('crash-4', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000, retentionMs: 0 }, [device]);
  const client = await edge.connect(device);
  const first = await publishReadings(client, device, 5);
  await edge.post('/seal');
  await edge.until('its leaves have left', async () => (await edge.status()).covered === 0);
  await edge.post('/seal');
  await edge.until('its batch has left', async () => {
    const { batches } = await edge.get<{ batches: { sequence: number }[] }>('/batches');
    return batches.every(({ sequence }) => sequence > 0);
  });
  const second = await publishReadings(client, device, 5);
  await edge.kill();
  await edge.up();
  const again = await edge.connect(device);
  for (const message of [...first, ...second]) {
    await again.publishAsync(device.topic, Buffer.from(message), { qos: 1 });
  }
  const { counts, openReadings } = await edge.status();
  expect(counts.duplicates).toBe(10);
  expect(openReadings).toBe(5);
});
