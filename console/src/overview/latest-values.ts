import type { Reading } from '../api/readings.ts';

/** The last values of a site's devices, in whole units. */
export interface LatestValues {
  readonly devices: number;
  readonly lowest: number;
  readonly median: number;
  readonly highest: number;
  readonly highestDevice: string;
  /** Time of the newest of them, milliseconds since 1970. */
  readonly atMs: number;
}

/** The last temperature of each of the given devices; `null` where none of them has measured one. */
export function latestTemperatures(readings: readonly Reading[], devices: ReadonlySet<string>): LatestValues | null {
  const latest = new Map<string, { readonly value: number; readonly timeMs: number }>();
  for (const { device, records } of readings) {
    if (!devices.has(device)) continue;
    for (const { stream, unit, timeMs, value } of records) {
      if (stream !== 'temperature' || unit !== 'Cel' || typeof value !== 'number') continue;
      if (timeMs >= (latest.get(device)?.timeMs ?? Number.NEGATIVE_INFINITY)) latest.set(device, { value, timeMs });
    }
  }
  const sorted = [...latest].sort(([, a], [, b]) => a.value - b.value);
  const lowest = sorted[0];
  const median = sorted[Math.floor(sorted.length / 2)];
  const highest = sorted.at(-1);
  if (!lowest || !median || !highest) return null;
  return {
    devices: sorted.length,
    lowest: lowest[1].value,
    median: median[1].value,
    highest: highest[1].value,
    highestDevice: highest[0],
    atMs: Math.max(...sorted.map(([, { timeMs }]) => timeMs)),
  };
}
