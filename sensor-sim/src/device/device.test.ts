import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  importPublicKey,
  parseReading,
  type SigningKey,
  signingKeyFromSeed,
  verifyEpochOpening,
  verifyReading,
} from '@hopline/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBroker, type TakenPublish, type TestBroker } from '../../test-support/broker.ts';
import { createRandom } from '../random/random.ts';
import { createDevice, type Device, type DeviceOptions } from './device.ts';
import { openJournal, payloadDigest } from './journal.ts';
import { countersPerReservation } from './sequence-keeper.ts';
import { createMemoryStore, openFileStore } from './store.ts';

const urn = 'urn:dev:ops:9521002-PRB-1';
const node = '9521002000115/0';
const channel = 'provenance';
const patienceMs = 20_000;

let broker: TestBroker;
let key: SigningKey;
let folder: string;
let devices: Device[] = [];

beforeEach(async () => {
  broker = await startBroker();
  key = (await signingKeyFromSeed(new Uint8Array(32).fill(7))).key;
  folder = await mkdtemp(join(tmpdir(), 'hopline-sim-'));
});
afterEach(async () => {
  await Promise.all(devices.map((device) => device.disconnect()));
  devices = [];
  await broker.close();
});

async function start(options: Partial<DeviceOptions> = {}): Promise<Device> {
  const device = await createDevice({
    device: urn,
    channel,
    key,
    protocolVersion: 4,
    urlOf: () => broker.url,
    store: createMemoryStore(),
    journal: null,
    nowMs: Date.now,
    random: createRandom(1, urn),
    backoff: { firstMs: 20, mostMs: 100 },
    ...options,
  });
  devices.push(device);
  return device;
}

function pack(value: number) {
  return [{ bn: `${urn}_`, bt: 1_770_000_000 + value, n: 'temperature', u: 'Cel', v: value }];
}

function readings(publishes: readonly TakenPublish[] = broker.publishes): TakenPublish[] {
  return publishes.filter(({ topic }) => topic === `readings/${urn}`);
}

/** Counters in the order in which the broker first took them in. */
function counters(publishes: readonly TakenPublish[] = broker.publishes): number[] {
  return [...new Set(readings(publishes).map(({ payload }) => parseReading(payload).sequence.counter))];
}

test('a device opens its epoch, then delivers readings that verify, in order and without gaps', async () => {
  const device = await start();
  for (let value = 0; value < 50; value++) await device.record(pack(value));
  expect(device.pending).toBe(50);
  await device.connect(node);
  expect(await device.drain(patienceMs)).toBe(true);

  const publicKey = await importPublicKey(key.publicKey);
  const [opening, ...rest] = broker.publishes;
  if (!opening) throw new Error('nothing arrived');
  expect(opening.topic).toBe(`epochs/${urn}`);
  const epoch = await verifyEpochOpening(parseReading(opening.payload), channel, publicKey, key.kid);
  for (const [index, { payload }] of rest.entries()) {
    const reading = parseReading(payload);
    expect(reading.sequence).toEqual({ epoch, counter: index });
    const [record] = await verifyReading(reading, channel, publicKey, key.kid);
    expect(record).toMatchObject({ stream: 'temperature', unit: 'Cel', value: { kind: 'number', value: index } });
  }
  expect(device.tally).toMatchObject({ published: 50, acknowledged: 50, connections: 1, lost: 0 });
  // 51 publishes and one CONNECT: packets share frames, within the window.
  expect(broker.frames).toBeLessThan(15);
});

test('a lost PUBACK and cut connections make it send again, the same bytes in the same order', async () => {
  const device = await start({ inFlightWindow: 4 });
  await device.connect(node);
  for (let value = 0; value < 120; value++) {
    await device.record(pack(value));
    if (value % 30 === 10) device.sever('before-next-answer');
    if (value % 30 === 25) device.sever('now');
    if (value % 10 === 0) await device.drain(patienceMs);
  }
  expect(await device.drain(patienceMs)).toBe(true);
  expect(counters()).toEqual(Array.from({ length: 120 }, (_, index) => index));
  const digests = new Set(readings().map(({ payload }) => payloadDigest(payload)));
  expect(digests.size).toBe(120);
  expect(readings().length).toBeGreaterThan(120);
  expect(readings().filter(({ isResend }) => isResend)).toHaveLength(device.tally.resent);
  expect(device.tally).toMatchObject({ published: 120, acknowledged: 120 });
  expect(device.tally.connections).toBeGreaterThan(4);
});

test('a device records without a network, and delivers late at another address', async () => {
  const other = await startBroker();
  const device = await start({ urlOf: (at) => (at === node ? broker.url : other.url) });
  await device.connect(node);
  await device.record(pack(0));
  await device.drain(patienceMs);
  await device.disconnect();
  for (let value = 1; value < 20; value++) await device.record(pack(value));
  await device.connect('9521002000122/0');
  expect(await device.drain(patienceMs)).toBe(true);
  expect(counters()).toEqual([0]);
  expect(counters(other.publishes)).toEqual(Array.from({ length: 19 }, (_, index) => index + 1));
  await device.disconnect();
  await other.close();
});

test('the broker going away and coming back at its address loses nothing', async () => {
  const device = await start();
  await device.connect(node);
  await device.record(pack(0));
  await device.drain(patienceMs);
  const port = Number(new URL(broker.url).port);
  await broker.close();
  for (let value = 1; value < 10; value++) await device.record(pack(value));
  expect(await device.drain(50)).toBe(false);
  broker = await startBroker(port);
  expect(await device.drain(patienceMs)).toBe(true);
  expect(counters()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(device.tally.connectionFailures).toBeGreaterThan(0);
});

test('the journal has one line for each acknowledged reading, with the digest of its bytes', async () => {
  const path = join(folder, 'journal', 'acks.jsonl');
  const journal = openJournal(path, 'synced');
  const device = await start({ journal });
  await device.connect(node);
  for (let value = 0; value < 5; value++) await device.record(pack(value));
  await device.drain(patienceMs);
  expect((await device.repeatLast()).kind).toBe('acknowledged');
  await device.disconnect();
  journal.close();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const taken = readings();
  expect(taken).toHaveLength(6);
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    taken.slice(0, 5).map(({ payload }) => ({
      node,
      device: urn,
      ...parseReading(payload).sequence,
      digest: payloadDigest(payload),
      ackedAtMs: expect.any(Number),
    })),
  );
  expect(device.tally).toMatchObject({ published: 5, acknowledged: 5, duplicates: 1 });
});

test('a journal that a crash has cut off goes on after its last whole line', async () => {
  const path = join(folder, 'acks.jsonl');
  const line = { node, device: urn, epoch: 1, counter: 1, digest: 'd', ackedAtMs: 1 };
  for (const before of ['', '{"node":"952', '{"whole":1}\n', '{"whole":1}\n{"cut":']) {
    await writeFile(path, before);
    const journal = openJournal(path);
    journal.append(line);
    journal.close();
    const whole = before.includes('\n') ? before.slice(0, before.indexOf('\n') + 1) : '';
    expect(await readFile(path, 'utf8')).toBe(`${whole}${JSON.stringify(line)}\n`);
  }
});

test('a restart goes on with the next counter and delivers what was left', async () => {
  const store = await openFileStore(folder);
  const first = await start({ store });
  await first.connect(node);
  for (let value = 0; value < 3; value++) await first.record(pack(value));
  await first.drain(patienceMs);
  await first.disconnect();
  await first.record(pack(3));
  await first.stop();
  await store.close();

  const again = await openFileStore(folder);
  const second = await start({ store: again });
  await second.record(pack(4));
  await second.connect(node);
  expect(await second.drain(patienceMs)).toBe(true);
  expect(counters()).toEqual([0, 1, 2, 3, 4]);
  expect(broker.publishes.filter(({ topic }) => topic.startsWith('epochs/'))).toHaveLength(1);
  await second.stop();
  await again.close();
});

test('after a crash no counter is used again', async () => {
  const store = createMemoryStore();
  const crashed = await start({ store });
  for (let value = 0; value < 3; value++) await crashed.record(pack(value));
  await crashed.connect(node);
  await crashed.drain(patienceMs);
  await crashed.disconnect();
  const next = await start({ store });
  await next.connect(node);
  await next.record(pack(3));
  await next.drain(patienceMs);
  expect(counters()).toEqual([0, 1, 2, countersPerReservation]);
});

test('a device that lost its counter opens a higher epoch before it uses it', async () => {
  const device = await start();
  await device.connect(node);
  await device.record(pack(0));
  await device.loseCounter();
  await device.record(pack(1));
  await device.drain(patienceMs);
  const sequences = broker.publishes.map(({ topic, payload }) => [topic.split('/')[0], parseReading(payload).sequence]);
  const epoch = parseReading(broker.publishes[0]?.payload ?? new Uint8Array()).sequence.epoch;
  expect(sequences).toEqual([
    ['epochs', { epoch, counter: 0 }],
    ['readings', { epoch, counter: 0 }],
    ['epochs', { epoch: epoch + 1, counter: 0 }],
    ['readings', { epoch: epoch + 1, counter: 0 }],
  ]);
});

test('an unsigned device never sends a second time what may have arrived', async () => {
  const device = await start({ key: null });
  await device.connect(node);
  await device.record([{ n: 'temperature', u: 'Cel', v: 4 }]);
  await device.drain(patienceMs);
  expect(JSON.parse(Buffer.from(readings()[0]?.payload ?? []).toString())).toEqual([
    { n: 'temperature', u: 'Cel', v: 4 },
  ]);
  expect((await device.repeatLast()).kind).toBe('unsettled');
  expect(readings()).toHaveLength(1);
  await expect(device.misbehave('forged')).rejects.toMatchObject({ code: 'bad-argument' });
});

test('wrong messages are wrong in the way they say', async () => {
  const device = await start();
  await device.connect(node);
  await device.record(pack(0));
  await device.drain(patienceMs);
  const publicKey = await importPublicKey(key.publicKey);
  const sent = async (kind: Parameters<Device['misbehave']>[0]) => {
    await device.misbehave(kind);
    return broker.publishes.at(-1) as TakenPublish;
  };
  const verify = ({ payload }: TakenPublish) => verifyReading(parseReading(payload), channel, publicKey, key.kid);
  await expect(verify(await sent('forged'))).rejects.toMatchObject({ code: 'signature-invalid' });
  const equivocation = await sent('equivocation');
  expect(parseReading(equivocation.payload).sequence).toEqual(
    parseReading(readings()[0]?.payload as Uint8Array).sequence,
  );
  await expect(verify(equivocation)).resolves.toHaveLength(1);
  const [ahead] = await verify(await sent('clock-ahead'));
  expect(ahead?.timeMs).toBeGreaterThan(Date.now() + 3_600_000);
  const malformed = await sent('malformed');
  expect(() => parseReading(malformed.payload)).toThrow(expect.objectContaining({ code: 'cose-malformed' }));
  const oversized = await sent('oversized');
  expect(() => parseReading(oversized.payload)).toThrow(expect.objectContaining({ code: 'too-large' }));
  expect((await sent('foreign-topic')).topic).not.toBe(`readings/${urn}`);
  expect(parseReading((await sent('unopened-epoch')).payload).sequence.epoch).toBeGreaterThan(
    parseReading(equivocation.payload).sequence.epoch,
  );
  await device.record(pack(1));
  await device.drain(patienceMs);
  expect(device.tally).toMatchObject({ misbehaved: 7, published: 9, acknowledged: 9 });
});

test('a wrong password is reported and tried again with patience', async () => {
  broker.passwordOf = () => 'right';
  const device = await start({ password: 'wrong' });
  await device.connect(node);
  await device.record(pack(0));
  expect(await device.drain(300)).toBe(false);
  expect(device.tally.connectionFailures).toBeGreaterThan(1);
  broker.passwordOf = () => 'wrong';
  expect(await device.drain(patienceMs)).toBe(true);
});

test('a full memory makes the recorder wait, or counts what is lost', async () => {
  const device = await start({ outboxCapacity: 3 });
  for (let value = 0; value < 3; value++) await device.record(pack(value));
  expect(await device.record(pack(3), 'drop')).toBe(false);
  const waiting = device.record(pack(4));
  await device.connect(node);
  expect(await waiting).toBe(true);
  expect(await device.drain(patienceMs)).toBe(true);
  expect(device.tally).toMatchObject({ lost: 1, acknowledged: 4 });
  const blocked = await start({ outboxCapacity: 1 });
  await blocked.record(pack(0));
  const refused = expect(blocked.record(pack(1))).rejects.toMatchObject({ code: 'stopped' });
  await blocked.stop();
  await refused;
});

test('a folder of memories belongs to one process, and damage is never taken for a new device', async () => {
  const store = await openFileStore(folder);
  await expect(openFileStore(folder)).rejects.toMatchObject({ code: 'store-locked' });
  await writeFile(join(folder, `${urn.replaceAll(':', '_')}.json`), '{"format":1,');
  await expect(store.load(urn)).rejects.toMatchObject({ code: 'store-corrupt' });
});
