import { expect, test } from 'vitest';
import type { Excursion } from '../api/history.ts';
import { incidentsOf } from './incidents.ts';

const minuteMs = 60_000;
const excursion = (change: Partial<Excursion>): Excursion => ({
  device: 'urn:dev:ops:32473-tracker-2',
  stream: 'temperature',
  unit: 'Cel',
  source: 'limits',
  rule: 'cold-chain',
  min: null,
  max: 5000,
  fromMs: 0,
  toMs: 40 * minuteMs,
  peak: 9000,
  certainty: 'certain',
  assurance: 'device-signed',
  place: null,
  inUnit: 'https://id.gs1.org/00/195210020000000013',
  ...change,
});

test('what edge and gateway both found is one incident, with the worst value and the longest time', () => {
  const found = incidentsOf([
    excursion({
      source: 'edge',
      fromMs: 5 * minuteMs,
      toMs: 70 * minuteMs,
      peak: 11_200,
      max: 4000,
      certainty: 'possible',
    }),
    excursion({}),
  ]);
  expect(found).toMatchObject([{ fromMs: 0, toMs: 70 * minuteMs, peak: 11_200, max: 5000, certainty: 'certain' }]);
  expect(found[0]?.devices).toHaveLength(1);
});

test('three that overlap in a chain are one, and a later one is another', () => {
  const spans = [
    [0, 10],
    [9, 20],
    [20, 30],
    [31, 40],
  ] as const;
  const found = incidentsOf(spans.map(([from, to]) => excursion({ fromMs: from * minuteMs, toMs: to * minuteMs })));
  expect(found.map(({ fromMs, toMs }) => [fromMs / minuteMs, toMs / minuteMs])).toEqual([
    [0, 30],
    [31, 40],
  ]);
});

test('a short one inside a long one does not end it', () => {
  const found = incidentsOf([
    excursion({ toMs: 60 * minuteMs }),
    excursion({ fromMs: 5 * minuteMs, toMs: 10 * minuteMs }),
    excursion({ fromMs: 50 * minuteMs, toMs: 70 * minuteMs }),
  ]);
  expect(found).toHaveLength(1);
});

test('the same time elsewhere is another incident, and what the limits allow is none', () => {
  const found = incidentsOf([
    excursion({}),
    excursion({ inUnit: null, place: '9521002000119' }),
    excursion({ certainty: 'within-limits' }),
    excursion({ certainty: 'no-limits' }),
  ]);
  expect(found).toHaveLength(2);
});

test('too cold is as far outside as too warm', () => {
  const [incident] = incidentsOf([
    excursion({ min: 0, max: 5000, peak: 6000 }),
    excursion({ min: 0, max: 5000, peak: -4000, device: 'urn:dev:ops:32473-tracker-3' }),
  ]);
  expect(incident?.peak).toBe(-4000);
});
