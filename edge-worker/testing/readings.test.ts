import { maxAbsoluteValue, maxStreamsPerDevice, type RawPack, signReading } from '@hopline/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditOf, timesKept } from './audit.ts';
import { keyOf } from './keys.ts';
import { publish } from './publish.ts';
import { TestDevice } from './test-device.ts';
import { TestEdge, testNode } from './test-edge.ts';

const names = ['dup', 'equi', 'forged', 'foreign', 'epoch', 'ahead', 'bad', 'other', 'late', 'roaming', 'wide'];
const devices = new Map<string, TestDevice>();
const elsewhere = '9501101530010/0';
let edge: TestEdge;
let legacy: TestDevice;

const deviceOf = (name: string) => devices.get(name) as TestDevice;

beforeAll(async () => {
  for (const name of names) devices.set(name, await TestDevice.make(name, testNode));
  legacy = await TestDevice.make('legacy', testNode, { publicKey: null, kind: 'legacy' });
  const roaming = deviceOf('roaming');
  roaming.entry.assignments.splice(0, 1, { node: elsewhere, fromMs: 0, toMs: null });
  const now = Date.now();
  deviceOf('foreign').entry.assignments.splice(
    0,
    1,
    { node: testNode, fromMs: 0, toMs: now - 60_000 },
    { node: elsewhere, fromMs: now - 60_000, toMs: null },
  );
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [...devices.values(), legacy]);
});
afterAll(() => edge.stop());

async function counts(): Promise<Record<string, number>> {
  return (await edge.status()).counts;
}

test('the same bytes again are acknowledged, counted and not stored again, also within one group commit', async () => {
  const device = deviceOf('dup');
  const client = await edge.connect(device);
  const before = await counts();
  const reading = await device.reading();
  const codes = await Promise.all([1, 2, 3].map(() => publish(client, device.topic, reading)));
  expect(codes).toEqual([0, 0, 0]);
  expect(await publish(client, device.topic, reading)).toBe(0);
  const after = await counts();
  expect(after.duplicates).toBe((before.duplicates ?? 0) + 3);
  expect(after.accepted).toBe((before.accepted ?? 0) + 1);
  expect(await timesKept(await auditOf(edge), reading)).toBe(1);
});

test('the same sequence with other bytes is an equivocation, once in quarantine however often it comes', async () => {
  const device = deviceOf('equi');
  const client = await edge.connect(device);
  const now = Date.now();
  const [first, second] = [await device.sign(7, 4, now), await device.sign(7, 5, now)];
  // Both in one group: the first to arrive is the one that counts.
  await Promise.all([publish(client, device.topic, first), publish(client, device.topic, second)]);
  await publish(client, device.topic, second);
  const audit = await auditOf(edge);
  expect(audit.reasons.filter((reason) => reason === 'equivocation')).toHaveLength(1);
  expect(await timesKept(audit, first)).toBe(1);
  expect(await timesKept(audit, second)).toBe(1);
});

test('a forged signature goes to quarantine and does not take the place of the true reading', async () => {
  const device = deviceOf('forged');
  const client = await edge.connect(device);
  const stranger = await keyOf('a stranger');
  const sequence = { epoch: 1, counter: 1 };
  const forged = await signReading(stranger, 'provenance', device.urn, sequence, device.pack(4, Date.now()));
  const otherChannel = await signReading(device.key, 'elsewhere', device.urn, sequence, device.pack(4, Date.now()));
  const altered = (await device.sign(1, 4)).slice();
  altered[altered.length - 1] = (altered[altered.length - 1] ?? 0) ^ 1;
  for (const message of [forged, otherChannel, altered]) expect(await publish(client, device.topic, message)).toBe(0);
  const genuine = await device.sign(1, 4);
  expect(await publish(client, device.topic, genuine)).toBe(0);
  const audit = await auditOf(edge);
  expect(audit.reasons.filter((reason) => reason === 'signature-invalid')).toHaveLength(3);
  for (const message of [forged, otherChannel, altered, genuine]) expect(await timesKept(audit, message)).toBe(1);
  expect(audit.quarantined.size).toBeGreaterThanOrEqual(3);
});

test('a reading taken while the device was assigned elsewhere is foreign, one from before is not', async () => {
  const device = deviceOf('foreign');
  const client = await edge.connect(device);
  const before = (await auditOf(edge)).reasons.filter((reason) => reason === 'foreign').length;
  await publish(client, device.topic, await device.reading(4, Date.now()));
  await publish(client, device.topic, await device.reading(4, Date.now() - 120_000));
  const { reasons } = await auditOf(edge);
  expect(reasons.filter((reason) => reason === 'foreign')).toHaveLength(before + 1);
});

test("another device's message in one's own topic is foreign; another device's topic is not authorised", async () => {
  const device = deviceOf('other');
  const client = await edge.connect(device);
  const message = await deviceOf('dup').sign(99, 4);
  expect(await publish(client, device.topic, message)).toBe(0);
  expect((await auditOf(edge)).reasons).toContain('foreign');
  expect(await publish(client, deviceOf('dup').topic, await deviceOf('dup').sign(100, 4))).toBe(0x87);
  expect(await publish(client, 'somewhere/else', message)).toBe(0x87);
});

test('an epoch opens with the first reading, a later one only with a signed message, an earlier one not at all', async () => {
  const device = deviceOf('epoch');
  const client = await edge.connect(device);
  await publish(client, device.topic, await device.sign(1, 4, Date.now(), 5));
  const early = await device.sign(1, 4, Date.now(), 6);
  await publish(client, device.topic, early);
  await publish(client, `epochs/${device.urn}`, await device.openEpoch(6));
  const inTime = await device.sign(2, 4, Date.now(), 6);
  const before = await counts();
  await publish(client, device.topic, inTime);
  // What is in quarantine stays there: one place for each message.
  await publish(client, device.topic, early);
  // Of the earlier epoch some may still be on their way.
  await publish(client, device.topic, await device.sign(2, 4, Date.now(), 5));
  const after = await counts();
  expect(after.accepted).toBe((before.accepted ?? 0) + 2);
  const audit = await auditOf(edge);
  expect(audit.reasons.filter((reason) => reason === 'epoch-unknown')).toHaveLength(1);
  expect(await timesKept(audit, early)).toBe(1);
});

test('a clock that is ahead is refused with a reason in MQTT 5, set aside and acknowledged in 3.1.1', async () => {
  const device = deviceOf('ahead');
  const five = await edge.connect(device);
  const reading = await device.reading(4, Date.now() + 3_600_000);
  expect(await publish(five, device.topic, reading)).toBe(0x83);
  expect(await timesKept(await auditOf(edge), reading)).toBe(0);
  await five.endAsync();
  const four = await edge.connect(device, { protocolVersion: 4 });
  await publish(four, device.topic, reading);
  const audit = await auditOf(edge);
  expect(audit.reasons).toContain('clock-ahead');
  expect(await timesKept(audit, reading)).toBe(1);
});

test('what is malformed is refused in MQTT 5 (0x99), set aside and acknowledged in 3.1.1', async () => {
  const device = deviceOf('bad');
  const five = await edge.connect(device);
  const junk = new TextEncoder().encode('no reading at all');
  expect(await publish(five, device.topic, junk)).toBe(0x99);
  const unit = await signReading(device.key, 'provenance', device.urn, { epoch: 1, counter: 1 }, [
    { n: `${device.urn}:t`, u: 'degC', v: 4, t: Date.now() / 1000 },
  ]);
  expect(await publish(five, device.topic, unit)).toBe(0x99);
  await five.endAsync();
  const four = await edge.connect(device, { protocolVersion: 4 });
  await publish(four, device.topic, junk);
  expect((await auditOf(edge)).reasons).toContain('malformed');
});

test('a reading of the largest values and the most streams goes to the ledger, one beyond is refused (0x99)', async () => {
  const device = deviceOf('wide');
  const client = await edge.connect(device);
  const send = async (pack: RawPack) => {
    device.counter++;
    const sequence = { epoch: 1, counter: device.counter };
    return publish(client, device.topic, await signReading(device.key, 'provenance', device.urn, sequence, pack));
  };
  const bt = Date.now() / 1000;
  const streams = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ n: `${device.urn}:s${i}`, u: 'Cel', v: i, ...(i === 0 && { bt }) }));
  const wild = (v: number) => [{ n: `${device.urn}:s0`, u: 'Cel', v, bt }];
  expect(await send(wild(maxAbsoluteValue))).toBe(0);
  expect(await send(wild(maxAbsoluteValue + 1))).toBe(0x99);
  expect(await send(streams(maxStreamsPerDevice))).toBe(0);
  expect(await send(streams(maxStreamsPerDevice + 1))).toBe(0x99);
  // The same streams in another unit are others in a summary.
  const twoUnits = [...streams(maxStreamsPerDevice), { n: `${device.urn}:s0`, u: '%RH', v: 1 }];
  expect(await send(twoUnits)).toBe(0x99);
  for (let open = 1; open > 0; ) {
    await edge.post('/seal');
    open = (await edge.status()).openReadings;
  }
});

test('a late reading is accepted and counted as late', async () => {
  const device = deviceOf('late');
  const client = await edge.connect(device);
  const before = await counts();
  expect(await publish(client, device.topic, await device.reading(4, Date.now() - 86_400_000))).toBe(0);
  const after = await counts();
  expect(after.late).toBe((before.late ?? 0) + 1);
  expect(after.accepted).toBe((before.accepted ?? 0) + 1);
});

test('a legacy sensor is taken at its word, and two readings that look the same are two', async () => {
  const client = await edge.connect(legacy, { protocolVersion: 4 });
  const before = await counts();
  const same = legacy.legacy(4.5);
  await publish(client, legacy.topic, same);
  await publish(client, legacy.topic, same);
  expect((await counts()).accepted).toBe((before.accepted ?? 0) + 2);
});

test('QoS 0 readings are stored too, without an answer', async () => {
  const device = deviceOf('dup');
  const client = await edge.connect(device);
  const reading = await device.reading();
  await client.publishAsync(device.topic, Buffer.from(reading), { qos: 0 });
  await edge.until('it is stored', async () => (await timesKept(await auditOf(edge), reading)) === 1);
});

test('a random mix of good, repeated, equivocal, forged and early messages ends with each in one place', async () => {
  const seed = Number(process.env.HOPLINE_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`HOPLINE_SEED=${seed}`);
  let state = seed;
  const random = () => {
    // Park and Miller's minimal standard generator (CACM 31, 1988).
    state = (state * 48_271 + 1) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const device = deviceOf('dup');
  const client = await edge.connect(device);
  const sent: Uint8Array[] = [];
  const work: Promise<number>[] = [];
  const stranger = await keyOf('a stranger');
  for (let i = 0; i < 200; i++) {
    const pick = random();
    const counter = 1000 + Math.floor(random() * 60);
    let message = sent[Math.floor(random() * sent.length)];
    if (!message || pick < 0.5) message = await device.sign(counter, Math.floor(random() * 3), 1_790_000_000_000);
    else if (pick < 0.7) {
      const pack = device.pack(Math.floor(random() * 3), 1_790_000_000_000);
      message = await signReading(stranger, 'provenance', device.urn, { epoch: 1, counter }, pack);
    } else if (pick < 0.75) message = await device.sign(counter, 1, 1_790_000_000_000, 900);
    sent.push(message);
    work.push(publish(client, device.topic, message));
    if (random() < 0.05) await work.at(-1);
    if (random() < 0.02) await edge.post('/seal');
  }
  expect(new Set(await Promise.all(work))).toEqual(new Set([0]));
  const audit = await auditOf(edge);
  for (const message of sent) expect(await timesKept(audit, message), `HOPLINE_SEED=${seed}`).toBe(1);
});
