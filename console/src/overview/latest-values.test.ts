import { expect, test } from 'vitest';
import type { Reading } from '../api/readings.ts';
import { latestTemperatures } from './latest-values.ts';

const reading = (device: string, timeMs: number, value: unknown, unit = 'Cel', stream = 'temperature'): Reading => ({
  device,
  records: [{ stream, unit, timeMs, value }],
});
const known = new Set(['a', 'b', 'c']);

test('each device counts once, with its last value, in whatever order they came', () => {
  const found = latestTemperatures(
    [reading('a', 20, 3), reading('a', 10, 9), reading('b', 15, 2), reading('c', 5, 8)],
    known,
  );
  expect(found).toEqual({ devices: 3, lowest: 2, median: 3, highest: 8, highestDevice: 'c', atMs: 20 });
});

test('other devices, other units and other streams say nothing of the place', () => {
  const found = latestTemperatures(
    [reading('x', 1, 80), reading('a', 1, 275, 'K'), reading('a', 1, 90, '%RH', 'humidity'), reading('a', 1, true)],
    known,
  );
  expect(found).toBeNull();
});
