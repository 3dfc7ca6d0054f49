import { parseReading } from '@hopline/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBroker, type TestBroker } from '../../test-support/broker.ts';
import type { JournalLine } from '../device/journal.ts';
import { madeUpDevices } from './messages.ts';
import { latencies } from './percentiles.ts';
import { type LoadOptions, runLoad } from './run-load.ts';

let broker: TestBroker;
beforeEach(async () => {
  broker = await startBroker();
});
afterEach(() => broker.close());

async function load(options: Partial<LoadOptions> = {}, url = broker.url, signed = true) {
  return runLoad({
    devices: await madeUpDevices(3, 1, url, signed),
    messages: 500,
    inFlight: 16,
    preSign: true,
    protocolVersion: 4,
    seed: 1,
    nowMs: Date.now,
    ...options,
  });
}

const readings = () => broker.publishes.filter(({ topic }) => topic.startsWith('readings/'));

test('every message is acknowledged, once, in order of its device, and in shared frames', async () => {
  const lines: JournalLine[] = [];
  const result = await load({ journal: { append: (line) => lines.push(line), close: () => {} } });
  expect(result).toMatchObject({ acknowledged: 500, quarantined: 0, refused: {}, unsettled: 0, connections: 3 });
  expect(readings()).toHaveLength(500);
  expect(lines).toHaveLength(500);
  expect(result.payloadBytes).toBe(readings().reduce((sum, { payload }) => sum + payload.length, 0));
  expect(result.latencyMs.p50).toBeLessThanOrEqual(result.latencyMs.p99);
  expect(broker.frames).toBeLessThan(500);
  const byDevice = Map.groupBy(readings(), ({ client }) => client);
  expect([...byDevice.values()].map((list) => list.length).sort()).toEqual([166, 167, 167]);
  for (const list of byDevice.values()) {
    const counters = list.map(({ payload }) => parseReading(payload).sequence.counter);
    expect(counters).toEqual(counters.map((_, index) => index));
  }
});

test('the start is told when everything is ready and nothing was sent', async () => {
  const before: number[] = [];
  await load({ messages: 6, onStart: () => before.push(readings().length) });
  expect(before).toEqual([0]);
});

test('it runs over plain TCP, with few connections, unsigned, and signing on the way', async () => {
  expect(await load({ connections: 1 }, broker.tcpUrl, false)).toMatchObject({ acknowledged: 500, connections: 1 });
  expect(new Set(readings().map(({ topic }) => topic)).size).toBe(3);
  expect(await load({ preSign: false, messages: 50 }, broker.tcpUrl)).toMatchObject({ acknowledged: 50 });
});

test('what cannot work is told: no broker, no messages, an interruption', async () => {
  await expect(load({ connectTimeoutMs: 300 }, 'ws://127.0.0.1:9')).rejects.toMatchObject({
    code: 'connection-failed',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  await expect(load({}, 'http://127.0.0.1:9')).rejects.toMatchObject({ code: 'bad-argument' });
  await expect(load({ messages: 0 })).rejects.toMatchObject({ code: 'bad-argument' });
  const interrupt = new AbortController();
  const reason = new Error('interrupted');
  const onProgress = () => interrupt.abort(reason);
  await expect(load({ messages: 50_000, signal: interrupt.signal, onProgress })).rejects.toBe(reason);
});

test('percentiles are those of the nearest rank', () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(latencies(values)).toEqual({ p50: 50, p90: 90, p99: 99, max: 100, mean: 50.5 });
  expect(latencies(Float64Array.of(7))).toEqual({ p50: 7, p90: 7, p99: 7, max: 7, mean: 7 });
  expect(latencies(new Float64Array(0)).max).toBe(0);
});
