import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fahrenheitToCelsius, parseCsv, readCsv } from './csv.ts';
import { playRecording } from './recording.ts';

const folder = new URL('../../../data/sensors/', import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, folder));

function play(rows: Parameters<typeof playRecording>[0], options: Parameters<typeof playRecording>[1], toMs: number) {
  const recording = playRecording(rows, options);
  const played = [];
  for (let row = recording.next(toMs); row; row = recording.next(toMs)) played.push(row);
  return played;
}

test('the real recordings are played row by row, with their gaps, ending when asked', async () => {
  const files = [
    // Ten gaps of hours to days.
    { name: 'ambient_temperature_system_failure.csv', rows: 7267, everyMs: 3_600_000, irregular: 10 },
    // Once the clock was set back by an hour.
    { name: 'machine_temperature_system_failure.csv', rows: 22_695, everyMs: 300_000, irregular: 1 },
  ];
  for (const { name, rows: count, everyMs, irregular } of files) {
    const rows = await readCsv(pathOf(name), 'fahrenheit');
    const endAtMs = Date.UTC(2026, 0, 1);
    const played = play(rows, { endAtMs, repeat: false }, endAtMs);
    expect(played).toHaveLength(count);
    expect(played.at(-1)?.atMs).toBe(endAtMs);
    expect(played.map(({ valueC }) => valueC)).toEqual(rows.map(({ valueC }) => valueC));
    const gaps = (list: typeof rows) => list.slice(1).map(({ atMs }, index) => atMs - (list[index]?.atMs ?? 0));
    expect(gaps(played)).toEqual(gaps(rows));
    expect(gaps(rows).filter((gap) => gap !== everyMs)).toHaveLength(irregular);
  }
});

test('a recording without a shift keeps its times, and repeats an interval after its end', () => {
  const rows = [0, 10, 20, 50].map((atMs) => ({ atMs, valueC: atMs }));
  expect(play(rows, { endAtMs: null, repeat: false }, 1000).map(({ atMs }) => atMs)).toEqual([0, 10, 20, 50]);
  expect(play(rows, { endAtMs: null, repeat: true }, 90).map(({ atMs }) => atMs)).toEqual([0, 10, 20, 50, 60, 70, 80]);
  const late = playRecording(rows, { endAtMs: null, repeat: true });
  late.skipTo(605);
  // Rounds of 60 ms: 600 is the tenth beginning.
  expect(late.next(1000)).toEqual({ atMs: 610, valueC: 10 });
  const once = playRecording(rows, { endAtMs: null, repeat: false });
  once.skipTo(51);
  expect(once.next(1000)).toBeNull();
});

test('degrees Fahrenheit become degrees Celsius, and what is no recording is refused with its line', () => {
  expect([32, 212, -40].map(fahrenheitToCelsius)).toEqual([0, 100, -40]);
  const header = 'timestamp,value\n';
  expect(parseCsv(`${header}2013-07-04 00:00:00,5.5\n`, 'celsius')).toEqual([
    { atMs: Date.UTC(2013, 6, 4), valueC: 5.5 },
  ]);
  const refused = expect.objectContaining({ code: 'csv-malformed' });
  expect(() => parseCsv(`${header}2013-07-04 00:00:00,\n`, 'celsius')).toThrow(refused);
  expect(() => parseCsv(`${header}yesterday,5\n`, 'celsius')).toThrow(/line 2/);
  expect(() => parseCsv(header, 'celsius')).toThrow(refused);
  expect(() => parseCsv(`${header}a,b,c\n`, 'celsius')).toThrow(refused);
});
