import { signReading } from '@hopline/protocol';
import { afterEach, expect, test } from 'vitest';
import { auditOf, timesKept } from './audit.ts';
import { keyOf } from './keys.ts';
import { publish, publishReadings } from './publish.ts';
import { TestDevice } from './test-device.ts';
import { TestEdge, testNode } from './test-edge.ts';

let edge: TestEdge;
afterEach(() => edge.stop());

/** Messages of a device that are signed by somebody else. */
async function forged(device: TestDevice, count: number): Promise<Uint8Array[]> {
  const stranger = await keyOf('a stranger');
  const messages: Uint8Array[] = [];
  for (let counter = 0; counter < count; counter++) {
    const sequence = { epoch: 1, counter: 1000 + counter };
    const pack = device.pack(4, Date.now());
    messages.push(await signReading(stranger, 'provenance', device.urn, sequence, pack));
  }
  return messages;
}

test('the quarantine takes so many messages of one device and of all, and refuses what is beyond them', async () => {
  const one = await TestDevice.make('quota-1', testNode);
  const two = await TestDevice.make('quota-2', testNode);
  const quota = { quarantineMaxMessagesPerDevice: 3, quarantineMaxMessages: 5, sealMaxAgeMs: 3_600_000 };
  edge = await TestEdge.start(quota, [one, two]);
  const [first, second] = [await edge.connect(one), await edge.connect(two)];
  const codes: number[] = [];
  const messages = await forged(one, 5);
  for (const message of messages) codes.push(await publish(first, one.topic, message));
  expect(codes).toEqual([0, 0, 0, 0x97, 0x97]);
  // What lies there already is still a duplicate, and good readings are not held up.
  expect(await publish(first, one.topic, messages[0] as Uint8Array)).toBe(0);
  await publishReadings(first, one, 2);
  const others = await forged(two, 3);
  for (const message of others) codes.push(await publish(second, two.topic, message));
  expect(codes.slice(5)).toEqual([0, 0, 0x97]);

  await edge.kill();
  await edge.up();
  const again = await edge.connect(two);
  expect(await publish(again, two.topic, others[2] as Uint8Array)).toBe(0x97);
  await again.endAsync();
  const four = await edge.connect(two, { protocolVersion: 4 });
  const closed = new Promise((resolve) => four.on('close', () => resolve(true)));
  four.publish(two.topic, Buffer.from('no reading at all'), { qos: 1 });
  expect(await closed).toBe(true);
  const audit = await auditOf(edge);
  expect(audit.quarantined.size).toBe(5);
  for (const message of [...messages.slice(0, 3), ...others.slice(0, 2)])
    expect(await timesKept(audit, message)).toBe(1);
  expect((await edge.status()).counts).toMatchObject({ accepted: 2, quarantined: 5, refused: 5 });
});

test('the quarantine takes so many bytes', async () => {
  const device = await TestDevice.make('quota-3', testNode);
  edge = await TestEdge.start({ quarantineMaxBytes: 65_536, sealMaxAgeMs: 3_600_000 }, [device]);
  const client = await edge.connect(device);
  const [message] = await forged(device, 1);
  const four = await edge.connect(device, { protocolVersion: 4, clientId: 'four' });
  await publish(four, device.topic, new Uint8Array(65_200).fill(7));
  expect((await edge.status()).counts.quarantined).toBe(1);
  await publish(client, device.topic, message as Uint8Array);
  const next = await publish(client, device.topic, (await forged(device, 2))[1] as Uint8Array);
  expect([next, (await edge.status()).counts.quarantined]).toEqual([0x97, 2]);
});

test.each([
  [
    'its validity has ended',
    (device: TestDevice) => ({ ...device.entry, validToMs: Date.now() - 1000 }),
    'Not authorized',
  ],
  ['its password was removed', (device: TestDevice) => ({ ...device.entry, credential: null }), 'Bad User Name'],
])('a legacy sensor is shut out with the next copy when %s, whatever time it claims', async (_, change, refusal) => {
  const sensor = await TestDevice.make('shut-out', testNode, { publicKey: null, kind: 'legacy' });
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [sensor]);
  const client = await edge.connect(sensor);
  expect(await publish(client, sensor.topic, sensor.legacy(4))).toBe(0);
  const gone = new Promise<number>((resolve) => client.on('disconnect', (packet) => resolve(packet.reasonCode ?? 0)));
  edge.peer.change(() => {
    edge.peer.devices = [change(sensor)];
  });
  expect(await gone).toBe(0x98);
  await expect(edge.connect(sensor)).rejects.toThrow(refusal);
  await expect(edge.connect(sensor, { protocolVersion: 4 })).rejects.toThrow();
  const { counts } = await edge.status();
  expect([counts.accepted, counts.quarantined]).toEqual([1, 0]);
});

test('a sensor whose validity runs out while it is connected has to go without a new copy', async () => {
  const sensor = await TestDevice.make('runs-out', testNode, { publicKey: null, kind: 'legacy' });
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [sensor]);
  const client = await edge.connect(sensor);
  const gone = new Promise<number>((resolve) => client.on('disconnect', (packet) => resolve(packet.reasonCode ?? 0)));
  edge.peer.change(() => {
    edge.peer.devices = [{ ...sensor.entry, validToMs: Date.now() + 2500 }];
  });
  expect(await gone).toBe(0x98);
});

test('after its leaf has left a message sent again is a duplicate, and another under its counter is set aside', async () => {
  const device = await TestDevice.make('gone', testNode);
  const tuning = { sealMaxAgeMs: 3_600_000, retentionMs: 0 };
  edge = await TestEdge.start(tuning, [device]);
  const messages = await publishReadings(await edge.connect(device), device, 20);
  await edge.seal();
  // The newest batch stays.
  await edge.seal();
  const isGone = async () => (await edge.get<{ batches: unknown[] }>('/batches')).batches.length === 1;
  await edge.until('the leaves have left', isGone);
  const client = await edge.connect(device);
  for (const message of messages) expect(await publish(client, device.topic, message)).toBe(0);
  const other = await device.sign(7, 99);
  expect(await publish(client, device.topic, other)).toBe(0);
  expect((await edge.status()).counts).toMatchObject({ accepted: 20, duplicates: 20, quarantined: 1 });
  const audit = await auditOf(edge);
  expect(audit.reasons).toEqual(['equivocation']);
  expect(await timesKept(audit, other)).toBe(1);

  // Once the digests are forgotten as well, nobody can tell.
  await edge.kill();
  edge.overrides = { ...tuning, equivocationMemoryMs: 0 };
  await edge.up();
  await edge.seal();
  await edge.until('one is left', isGone);
  expect(await publish(await edge.connect(device), device.topic, await device.sign(8, 99))).toBe(0);
  expect((await edge.status()).counts).toMatchObject({ duplicates: 21, quarantined: 1 });
});
