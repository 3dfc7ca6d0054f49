import { deviceSchema, parseReading, readLegacyRecords, readRecords, toBase64Url } from '@hopline/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBroker, type TestBroker } from '../../test-support/broker.ts';
import { testSeed } from '../../test-support/test-seed.ts';
import type { JournalLine } from '../device/journal.ts';
import { createMemoryStore } from '../device/store.ts';
import { createFleet, keyOf } from './create-fleet.ts';
import { type DemoFleetOptions, demoFleetPlan, trackerUrn } from './demo-plan.ts';
import { faultsBetween } from './faults.ts';
import { deviceRecord, type FleetPlan, fleetPlanSchema } from './plan.ts';

const seed = testSeed();
const hourMs = 3_600_000;
const endMs = Date.UTC(2026, 4, 5, 20);
const spanMs = 36 * hourMs;
const startMs = endMs - spanMs;
const warehouses = [
  { gln: '9521002000115', node: '9521002000115/0' },
  { gln: '9521002000122', node: '9521002000122/0' },
];
const limitC = 5;

function demo(options: Partial<DemoFleetOptions> = {}): FleetPlan {
  const pallets = [0, 1, 2, 3].map((index) => ({
    trackerSerial: `000${index}`,
    trackerEpc: `https://id.gs1.org/8004/9521002TRK000${index}`,
    warehouse: warehouses[index % 2]?.gln ?? '',
    loadMs: startMs + 5 * hourMs,
    shipMs: startMs + 6.5 * hourMs,
    receiveMs: startMs + 9.5 * hourMs,
    unloadMs: startMs + 23.5 * hourMs,
    dockMs: index === 1 ? 1.25 * hourMs : 0,
  }));
  return demoFleetPlan({ seed, endMs, spanMs, warehouses, pallets, devices: 52, readings: 2000, ...options });
}

/** The test's broker speaks MQTT 3.1.1. */
function asVersion4(plan: FleetPlan): FleetPlan {
  return { ...plan, devices: plan.devices.map((device) => ({ ...device, protocolVersion: 4 })) };
}

let brokers: TestBroker[];
let lines: JournalLine[];
beforeEach(async () => {
  brokers = await Promise.all(warehouses.map(() => startBroker()));
  lines = [];
});
afterEach(() => Promise.all(brokers.map((broker) => broker.close())));

function fleetOf(plan: FleetPlan, nowMs: () => number = Date.now) {
  return createFleet(asVersion4(plan), {
    passwordOf: () => undefined,
    urlOf: (node) => brokers[warehouses.findIndex((warehouse) => warehouse.node === node)]?.url ?? '',
    store: createMemoryStore(),
    journal: { append: (line) => lines.push(line), close: () => {} },
    nowMs,
    backoff: { firstMs: 20, mostMs: 200 },
  });
}

function readingsAt(index: number) {
  return (brokers[index]?.publishes ?? []).filter(({ topic }) => topic.startsWith('readings/'));
}

test('the plan has the devices of the story, fits its own schema and the registry', async () => {
  const plan = demo();
  expect(fleetPlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  const count = (kind: string) => plan.devices.filter((device) => device.kind === kind).length;
  expect([count('probe'), count('tracker'), count('legacy'), count('replay')]).toEqual([45, 4, 1, 2]);
  for (const { gln } of warehouses) {
    expect(plan.devices.filter(({ kind, place }) => kind === 'probe' && place === gln).length).toBeGreaterThanOrEqual(
      8,
    );
  }
  for (const device of plan.devices) {
    const key = await keyOf(device);
    deviceSchema.parse(deviceRecord(device, 'FreshHubMSP', key ? toBase64Url(key.publicKey) : null));
  }
  expect(new Set(plan.devices.map(({ device }) => device)).size).toBe(52);
  expect(demo()).toEqual(plan);
  expect(() => demo({ devices: 20 })).toThrow(expect.objectContaining({ code: 'bad-plan', details: { least: 25 } }));
  expect(() => demo({ readings: 1e9 })).toThrow(expect.objectContaining({ code: 'bad-plan' }));
});

test('a history of 36 hours is delivered through faults: each reading acknowledged once, in order of its sequence', async () => {
  const plan = demo();
  const fleet = await fleetOf(plan);
  const stats = await fleet.publishHistory({ fromMs: startMs, toMs: endMs });
  await fleet.stop();
  expect(stats.acknowledged).toBeGreaterThanOrEqual(2000);
  expect(stats).toMatchObject({ devices: 52, published: stats.acknowledged, pending: 0, lost: 0, refused: {} });
  expect(lines).toHaveLength(stats.acknowledged);
  expect(new Set(lines.map(({ digest }) => digest)).size).toBe(lines.length);

  const faults = plan.devices.flatMap(({ device, faults: rates }) =>
    faultsBetween(rates, seed, device, startMs, endMs),
  );
  expect(faults.length).toBeGreaterThan(10);
  const seen = new Map<string, string[]>();
  for (const { topic, payload } of [...readingsAt(0), ...readingsAt(1)]) {
    if (topic.includes('thermostat')) continue;
    const { device, sequence } = parseReading(payload);
    const place = `${sequence.epoch}.${sequence.counter}`;
    const places = seen.get(device) ?? [];
    // The first arrival counts: later ones are the same bytes again.
    if (!places.includes(place)) seen.set(device, [...places, place]);
  }
  for (const places of seen.values()) {
    const ordered = [...places].sort((a, b) => {
      const [epochA = 0, counterA = 0] = a.split('.').map(Number);
      const [epochB = 0, counterB = 0] = b.split('.').map(Number);
      return epochA - epochB || counterA - counterB;
    });
    expect(places).toEqual(ordered);
  }
});

test('the pallet left on the dock breaks its limit for more than half an hour, and no other pallet does', async () => {
  const fleet = await fleetOf(demo({ faults: null, readings: 8000 }));
  await fleet.publishHistory({ fromMs: startMs, toMs: endMs });
  await fleet.stop();
  const temperatures = (serial: string) =>
    [...readingsAt(0), ...readingsAt(1)]
      .filter(({ topic }) => topic === `readings/${trackerUrn(serial)}`)
      .flatMap(({ payload }) => readRecords(parseReading(payload)))
      .filter(({ stream }) => stream === 'temperature')
      .map(({ timeMs, value }) => ({ timeMs, celsius: value.kind === 'number' ? value.value : Number.NaN }));
  for (const serial of ['0000', '0002', '0003']) {
    expect(temperatures(serial).length).toBeGreaterThan(50);
    expect(Math.max(...temperatures(serial).map(({ celsius }) => celsius))).toBeLessThan(limitC);
  }
  const warm = temperatures('0001').filter(({ celsius }) => celsius > limitC);
  const warmMs = (warm.at(-1)?.timeMs ?? 0) - (warm[0]?.timeMs ?? 0);
  expect(warmMs).toBeGreaterThan(0.5 * hourMs);
  expect(warm[0]?.timeMs).toBeGreaterThan(startMs + 9.5 * hourMs);
});

test('trackers are silent on the road, and deliver what they recorded there at the warehouse', async () => {
  const fleet = await fleetOf(demo({ faults: null }));
  await fleet.publishHistory({ fromMs: startMs, toMs: startMs + 9 * hourMs, drainTimeoutMs: 500 }).catch((error) => {
    // On the road, so nothing of the trackers can be acknowledged yet.
    expect(error).toMatchObject({ code: 'timed-out' });
  });
  const fromTrackers = () => [...readingsAt(0), ...readingsAt(1)].filter(({ topic }) => topic.includes('tracker'));
  expect(fromTrackers()).toHaveLength(0);
  expect(fleet.stats().pending).toBeGreaterThan(0);
  await fleet.publishHistory({ fromMs: startMs + 9 * hourMs, toMs: startMs + 10 * hourMs });
  await fleet.stop();
  const times = fromTrackers().flatMap(({ payload }) => readRecords(parseReading(payload)).map(({ timeMs }) => timeMs));
  expect(Math.min(...times)).toBeLessThan(startMs + 6 * hourMs);
});

test('the legacy sensor and the recordings deliver what a gateway of theirs would', async () => {
  const fleet = await fleetOf(demo({ faults: null }));
  await fleet.publishHistory({ fromMs: endMs - 12 * hourMs, toMs: endMs });
  await fleet.stop();
  const legacy = readingsAt(0).filter(({ topic }) => topic.includes('thermostat'));
  expect(legacy.length).toBeGreaterThan(10);
  for (const { payload } of legacy) {
    const [record] = readLegacyRecords('urn:dev:ops:32473-thermostat-1', payload, 0);
    expect(record).toMatchObject({ stream: 'temperature', unit: 'Cel' });
  }
  const ofRecording = (number: number) =>
    [...readingsAt(0), ...readingsAt(1)].filter(({ topic }) => topic.endsWith(`replay-${number}`));
  // Hourly and every five minutes; both end at the end of the history.
  expect(ofRecording(1)).toHaveLength(13);
  expect(ofRecording(2)).toHaveLength(145);
});

test('live: sensors speak at their interval, wrong messages can be sent, and stopping ends it', async () => {
  let nowMs = endMs;
  const fleet = await fleetOf(demo({ faults: null }), () => nowMs);
  const stop = new AbortController();
  const live = fleet.runLive({ everyMs: 1000, signal: stop.signal });
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      nowMs += 500;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  // 50 probes, thermostat and so on: more than a hundred readings within a few simulated seconds.
  await until(() => fleet.stats().acknowledged > 100);
  const probe = demo().devices[0]?.device ?? '';
  expect(await fleet.misbehave('forged', probe)).toMatchObject({ kind: 'acknowledged' });
  await expect(fleet.misbehave('forged', 'urn:dev:ops:32473-x-1')).rejects.toMatchObject({ code: 'bad-argument' });
  stop.abort();
  await live;
  await fleet.stop();
  expect(fleet.stats()).toMatchObject({ connected: 0, misbehaved: 1 });
});

test('faults are the same however the time is cut', () => {
  const rates = demo().devices[0]?.faults ?? null;
  const whole = faultsBetween(rates, seed, 'd', startMs, endMs + 90 * hourMs);
  const cut = [
    ...faultsBetween(rates, seed, 'd', startMs, startMs + 31 * hourMs),
    ...faultsBetween(rates, seed, 'd', startMs + 31 * hourMs, endMs + 90 * hourMs),
  ];
  expect(cut).toEqual(whole);
});
