import { expect, test } from 'vitest';
import type { Stay } from '../api/history.ts';
import { coverage } from './coverage.ts';

const interval = (startMs: number) => ({ startMs, count: 1, min: 0, max: 0, mean: 0 });
const stay = (fromMs: number, toMs: number | null, ...starts: number[][]): Stay => ({
  place: null,
  unit: null,
  fromMs,
  toMs,
  streams: starts.map((each, index) => ({
    device: `d${index}`,
    stream: 'temperature',
    unit: 'Cel',
    assurance: 'device-signed',
    calibrationOverdue: false,
    count: each.length,
    min: 0,
    max: 0,
    mean: 0,
    intervalMs: 10,
    intervals: each.map(interval),
  })),
});

test('two devices that measure the same time count once', () => {
  expect(coverage([stay(0, 100, [0, 10], [10, 20])], 'temperature', 500)).toBe(0.3);
});

test('a device that measures every 20 covers what lies between, and not a pause', () => {
  expect(coverage([stay(0, 100, [0, 20, 40, 95])], 'temperature', 500)).toBe(0.55);
});

test('stays at the same time are one time, measured where one of them is', () => {
  expect(coverage([stay(0, 100), stay(50, 100, [50, 60, 70, 80, 90])], 'temperature', 500)).toBe(0.5);
});

test('a stay that lasts is measured up to now, and intervals count only inside their stay', () => {
  expect(coverage([stay(5, null, [0, 10])], 'temperature', 25)).toBe(0.75);
});

test('another stream is no measurement, and nowhere is not nothing', () => {
  expect(coverage([stay(0, 100, [0])], 'humidity', 500)).toBe(0);
  expect(coverage([], 'temperature', 500)).toBeNull();
});
