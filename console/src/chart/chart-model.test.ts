import { expect, test } from 'vitest';
import type { Conditions, Stay } from '../api/history.ts';
import { alignedData } from './aligned-data.ts';
import { chartGroups, envelope } from './chart-model.ts';

const intervalMs = 300_000;
const place = { gln: '9521002000119', name: 'San Jose', kind: 'warehouse', custodian: 'FreshHubMSP' };

function stay(change: Partial<Stay>, devices: Readonly<Record<string, readonly (readonly [number, number])[]>>): Stay {
  return {
    place,
    unit: null,
    fromMs: 0,
    toMs: 10 * intervalMs,
    ...change,
    streams: Object.entries(devices).map(([device, values]) => ({
      device,
      stream: 'temperature',
      unit: 'Cel',
      assurance: 'device-signed',
      calibrationOverdue: false,
      count: values.length,
      min: 0,
      max: 0,
      mean: 0,
      intervalMs,
      intervals: values.map(([at, mean]) => ({
        startMs: at * intervalMs,
        count: 1,
        min: mean - 100,
        max: mean + 200,
        mean,
      })),
    })),
  };
}
const conditions = (...stays: Stay[]): Conditions => ({ stays, excursions: [], missingSummaries: 0, truncated: false });

test('stays at one place are one group with both times, in the order in which goods were there', () => {
  const unit = 'https://id.gs1.org/00/195210020000000013';
  const groups = chartGroups(
    conditions(
      stay({ fromMs: 20, toMs: 30 }, {}),
      stay({ place: null, unit, fromMs: 5, toMs: 9 }, {}),
      stay({ fromMs: 40, toMs: null }, {}),
    ),
    'temperature',
    99,
  );
  expect(groups.map(({ label, kind, spans }) => [label, kind, spans])).toEqual([
    ['Unit …000013', 'unit', [{ fromMs: 5, toMs: 9 }]],
    [
      'San Jose',
      'place',
      [
        { fromMs: 20, toMs: 30 },
        { fromMs: 40, toMs: 99 },
      ],
    ],
  ]);
});

test('a device that did not measure for a while has a gap in its line', () => {
  const at = [0, 1, 2, 3, 8].map((index) => [index, 2000 + index] as const);
  const [group] = chartGroups(conditions(stay({}, { a: at })), 'temperature', 0);
  expect(group?.streams[0]?.points.map(({ figures }) => figures?.mean ?? null)).toEqual([
    2000,
    2001,
    2002,
    2003,
    null,
    2008,
  ]);
});

test('the band goes from the lowest to the highest value of any device at that moment', () => {
  const [group] = chartGroups(
    conditions(
      stay(
        {},
        {
          a: [[0, 2000]],
          b: [
            [0, 3000],
            [1, 2500],
          ],
        },
      ),
    ),
    'temperature',
    0,
  );
  if (!group) throw new Error('no group');
  expect(envelope(group).map(({ figures }) => [figures?.min, figures?.max])).toEqual([
    [1900, 3200],
    [2400, 2700],
  ]);
});

test('series share one axis: a moment of another series is no gap', () => {
  const gapped = [0, 1, 2, 6].map((index) => [index, 2000] as const);
  const groups = chartGroups(conditions(stay({}, { a: gapped, b: [[3, 3000]] })), 'temperature', 0);
  const { moments, series } = alignedData(groups);
  expect(moments).toEqual([150, 450, 750, 1050, 1350, 1950]);
  const mean = (device: string) => series.find(({ label, role }) => label === device && role === 'mean')?.values;
  expect(mean('a')).toEqual([2, 2, 2, undefined, null, 2]);
  expect(mean('b')).toEqual([undefined, undefined, undefined, 3, undefined, undefined]);
});
