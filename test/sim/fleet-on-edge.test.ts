import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Device, toBase64Url } from '@hopline/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startRelay } from '../../sensor-sim/src/cli/relay-command.ts';
import {
  createDevice,
  createFleet,
  createMemoryStore,
  createRandom,
  demoFleetPlan,
  deviceRecord,
  type Fleet,
  type FleetPlan,
  type JournalLine,
  keyOf,
  type Misbehaviour,
  payloadDigest,
  totalOf,
} from '../../sensor-sim/src/index.ts';
import { runLoad } from '../../sensor-sim/src/load/run-load.ts';
import { type EdgeWithRegistry, startEdgeWithRegistry } from './edge-with-registry.ts';

const hourMs = 3_600_000;
const warehouses = ['9521002000115', '9521002000122'].map((gln) => ({ gln, node: `${gln}/0` }));
const nodes = warehouses.map(({ node }) => node);
const timeoutMs = 120_000;

let folder: string;
let edge: EdgeWithRegistry;
let lines: JournalLine[];
let fleet: Fleet | null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-sim-edge-'));
  edge = await startEdgeWithRegistry(nodes, folder);
  lines = [];
  fleet = null;
}, timeoutMs);
afterEach(async () => {
  await fleet?.stop();
  await edge.stop();
  await rm(folder, { recursive: true, force: true });
}, timeoutMs);

function demoPlan(endMs: number): FleetPlan {
  const pallets = warehouses.map(({ gln }, index) => ({
    trackerSerial: `T${index}`,
    trackerEpc: null,
    warehouse: gln,
    loadMs: endMs - 20 * hourMs,
    shipMs: endMs - 18 * hourMs,
    receiveMs: endMs - 15 * hourMs,
    unloadMs: endMs + hourMs,
    dockMs: 0,
  }));
  return demoFleetPlan({ seed: 5, endMs, spanMs: 24 * hourMs, warehouses, pallets, devices: 30, readings: 1500 });
}

async function recordsOf(plan: FleetPlan): Promise<Device[]> {
  return Promise.all(
    plan.devices.map(async (device) => {
      const key = await keyOf(device);
      return deviceRecord(device, 'FreshHubMSP', key && toBase64Url(key.publicKey));
    }),
  );
}

async function start(plan: FleetPlan): Promise<Fleet> {
  fleet = await createFleet(plan, {
    passwordOf: await edge.register(await recordsOf(plan)),
    urlOf: (node) => edge.urlOf(node),
    store: createMemoryStore(),
    journal: { append: (line) => lines.push(line), close: () => {} },
    nowMs: Date.now,
    backoff: { firstMs: 50, mostMs: 500 },
  });
  return fleet;
}

/** Digests of everything stored at a node, accepted and quarantined. */
async function storedAt(node: string): Promise<string[]> {
  const [leaves, quarantine] = await Promise.all([edge.leaves(node), edge.quarantine(node)]);
  return [
    ...leaves.map(({ message }) => payloadDigest(message)),
    ...quarantine.map(({ message }) => payloadDigest(Buffer.from(message, 'base64url'))),
  ].sort();
}

function acknowledgedAt(node: string): string[] {
  return lines
    .filter((line) => line.node === node)
    .map(({ digest }) => digest)
    .sort();
}

test(
  'a history with faults arrives: what was acknowledged is stored once, at the node that acknowledged it',
  async () => {
    const endMs = Date.now();
    const stats = await (await start(demoPlan(endMs))).publishHistory({ fromMs: endMs - 24 * hourMs, toMs: endMs });
    expect(stats.acknowledged).toBeGreaterThanOrEqual(1500);
    expect(stats).toMatchObject({ published: stats.acknowledged, refused: {}, quarantined: {}, lost: 0, pending: 0 });
    for (const node of nodes) expect(await storedAt(node)).toEqual(acknowledgedAt(node));
    const counts = await Promise.all(nodes.map((node) => edge.counts(node)));
    expect(counts.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(stats.acknowledged);
    const seenTwice = counts.reduce((sum, { duplicates }) => sum + duplicates, 0);
    expect(seenTwice).toBeGreaterThanOrEqual(stats.duplicates);
  },
  timeoutMs,
);

test(
  'an edge that is killed in the middle costs nothing',
  async () => {
    const endMs = Date.now();
    const running = await start(demoPlan(endMs));
    let crashes: Promise<void> = Promise.resolve();
    let crashed = 0;
    const stats = await running.publishHistory({
      fromMs: endMs - 24 * hourMs,
      toMs: endMs,
      onProgress: (atMs) => {
        // At a quarter, a half and three quarters of it; readings are on their way whenever it is.
        if (crashed === 3 || atMs < endMs - 24 * hourMs * (1 - (crashed + 1) / 4)) return;
        crashed++;
        crashes = crashes.then(() => edge.crash());
      },
    });
    await crashes;
    expect(crashed).toBe(3);
    expect(stats).toMatchObject({ pending: 0, refused: {}, quarantined: {} });
    let storedUnanswered = 0;
    for (const node of nodes) {
      const stored = await storedAt(node);
      const acknowledged = acknowledgedAt(node);
      expect(new Set(stored).size).toBe(stored.length);
      expect(acknowledged.filter((digest) => !stored.includes(digest))).toEqual([]);
      storedUnanswered += stored.length - acknowledged.length;
    }
    // Stored, and its PUBACK lost with the edge: the device asks again, unless its memory has overflowed meanwhile.
    expect(storedUnanswered).toBeLessThanOrEqual(stats.lost);
  },
  timeoutMs,
);

test(
  'each wrong message meets its verdict',
  async () => {
    const endMs = Date.now();
    const plan = demoPlan(endMs);
    const running = await start(plan);
    const device = plan.devices[0]?.device ?? '';
    await running.publishHistory({ fromMs: endMs - hourMs, toMs: endMs });
    const before = running.stats();
    const quarantined = (reason: string) => ({ kind: 'acknowledged', reason: `quarantined: ${reason}` });
    const verdicts: [Misbehaviour, object][] = [
      ['forged', quarantined('signature-invalid')],
      ['equivocation', quarantined('equivocation')],
      ['unopened-epoch', quarantined('epoch-unknown')],
      ['clock-ahead', { kind: 'refused', reasonCode: 0x83, reason: 'clock-ahead' }],
      ['malformed', { kind: 'refused', reasonCode: 0x99 }],
      ['oversized', { kind: 'refused', reasonCode: 0x99 }],
      ['foreign-topic', { kind: 'refused', reasonCode: 0x87 }],
    ];
    for (const [kind, verdict] of verdicts) {
      expect(await running.misbehave(kind, device), kind).toMatchObject(verdict);
    }
    const after = running.stats();
    expect(after.quarantined).toEqual({ 'signature-invalid': 1, equivocation: 1, 'epoch-unknown': 1 });
    expect(after.refused).toEqual({ '0x83': 1, '0x99': 2, '0x87': 1 });
    expect(after.acknowledged - before.acknowledged).toBe(3);
    expect(after.published).toBe(after.acknowledged + totalOf(after.refused));
    expect(await storedAt(nodes[0] ?? '')).toEqual(acknowledgedAt(nodes[0] ?? ''));
  },
  timeoutMs,
);

test(
  'a device that is not known yet keeps its readings until it is',
  async () => {
    const plan = demoPlan(Date.now());
    const planned = plan.devices[0];
    if (!planned) throw new Error('the plan has no device');
    const device = await createDevice({
      device: planned.device,
      channel: plan.channel,
      key: await keyOf(planned),
      password: `password of ${planned.device}`,
      protocolVersion: 5,
      urlOf: (node) => edge.urlOf(node),
      store: createMemoryStore(),
      journal: null,
      nowMs: Date.now,
      random: createRandom(1),
      backoff: { firstMs: 50, mostMs: 200 },
    });
    await edge.register([]);
    await device.connect(nodes[0] ?? '');
    await device.record([{ bn: `${planned.device}_`, bt: Date.now() / 1000, n: 'temperature', u: 'Cel', v: 3 }]);
    expect(await device.drain(500)).toBe(false);
    expect(device.lastFailure).toMatch(/user name or password|not authorized/i);
    await edge.register(await recordsOf(plan));
    expect(await device.drain(20_000)).toBe(true);
    await device.stop();
  },
  timeoutMs,
);

test(
  'an unsigned sensor on MQTT 3.1.1 over TCP, through the relay, is stored once through cut connections',
  async () => {
    const plan = demoPlan(Date.now());
    const legacy = plan.devices.find(({ kind }) => kind === 'legacy');
    if (!legacy) throw new Error('the plan has no legacy device');
    const passwordOf = await edge.register(await recordsOf(plan));
    const node = legacy.network[0]?.node ?? '';
    const relay = await startRelay('127.0.0.1', 0, edge.urlOf(node));
    const device = await createDevice({
      device: legacy.device,
      channel: plan.channel,
      key: null,
      password: passwordOf(legacy.device),
      protocolVersion: 4,
      urlOf: () => `mqtt://127.0.0.1:${relay.port}`,
      store: createMemoryStore(),
      journal: { append: (line) => lines.push(line), close: () => {} },
      nowMs: Date.now,
      random: createRandom(1),
      backoff: { firstMs: 20, mostMs: 100 },
      inFlightWindow: 4,
    });
    await device.connect(node);
    for (let value = 0; value < 100; value++) {
      await device.record([{ n: 'temperature', u: 'Cel', v: value / 10, t: Date.now() / 1000 - 100 + value }]);
      if (value % 20 === 10) device.sever('now');
      if (value % 10 === 9) expect(await device.drain(20_000)).toBe(true);
    }
    await device.stop();
    await relay.close();
    expect(device.tally).toMatchObject({ acknowledged: 100, lost: 0 });
    expect(device.tally.resent).toBeGreaterThan(0);
    expect(await storedAt(node)).toEqual(acknowledgedAt(node));
    expect((await edge.leaves(node)).every(({ assurance }) => assurance === 'session-authenticated')).toBe(true);
  },
  timeoutMs,
);

test(
  'load counts what the edge has stored',
  async () => {
    const plan = demoPlan(Date.now());
    const passwordOf = await edge.register(await recordsOf(plan));
    const signing = plan.devices.filter(({ keySeed, assignments }) => keySeed && assignments[0]?.node === nodes[0]);
    const devices = await Promise.all(
      signing.slice(0, 5).map(async (planned) => ({
        device: planned.device,
        key: await keyOf(planned),
        password: passwordOf(planned.device),
        url: edge.urlOf(nodes[0] ?? ''),
        node: nodes[0] ?? '',
      })),
    );
    const result = await runLoad({
      devices,
      messages: 3000,
      inFlight: 64,
      preSign: true,
      protocolVersion: 5,
      seed: 1,
      nowMs: Date.now,
      journal: { append: (line) => lines.push(line), close: () => {} },
    });
    expect(result).toMatchObject({ acknowledged: 3000, quarantined: 0, refused: {}, unsettled: 0 });
    expect(await edge.counts(nodes[0] ?? '')).toMatchObject({ accepted: 3000 });
    expect(await storedAt(nodes[0] ?? '')).toEqual(acknowledgedAt(nodes[0] ?? ''));
    console.log(
      `${Math.round(result.messagesPerSecond)} messages a second, median ${result.latencyMs.p50.toFixed(1)} ms`,
    );
  },
  timeoutMs,
);
