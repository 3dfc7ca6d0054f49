import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Excursion } from '../api/history.ts';
import { excursionSpans } from './excursion-spans.ts';

const excursion = (fromMs: number, toMs: number, certainty: Excursion['certainty'] = 'certain'): Excursion => ({
  device: 'd',
  stream: 'temperature',
  unit: 'Cel',
  source: 'limits',
  rule: 'cold-chain',
  min: null,
  max: 5000,
  fromMs,
  toMs,
  peak: 6000,
  certainty,
  assurance: 'device-signed',
  place: 'p',
  inUnit: null,
});

test('a certain excursion inside a possible one cuts it in two', () => {
  expect(excursionSpans([excursion(0, 30, 'possible'), excursion(10, 20)], 'temperature')).toEqual([
    { fromMs: 0, toMs: 10, certainty: 'possible' },
    { fromMs: 10, toMs: 20, certainty: 'certain' },
    { fromMs: 20, toMs: 30, certainty: 'possible' },
  ]);
});

test('excursions that touch are one, and what the limits allow or another stream had is none', () => {
  const found = excursionSpans(
    [excursion(0, 10), excursion(10, 20), excursion(15, 18), excursion(40, 50, 'within-limits')],
    'temperature',
  );
  expect(found).toEqual([{ fromMs: 0, toMs: 20, certainty: 'certain' }]);
  expect(excursionSpans([excursion(0, 10)], 'humidity')).toEqual([]);
});

test('every moment is marked as the excursions over it say, once', () => {
  const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 31);
  const one = fc
    .tuple(fc.nat(30), fc.integer({ min: 1, max: 10 }), fc.constantFrom('certain' as const, 'possible' as const))
    .map(([from, length, certainty]) => excursion(from, from + length, certainty));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 8 }), (excursions) => {
      const spans = excursionSpans(excursions, 'temperature');
      for (let moment = 0.5; moment < 42; moment++) {
        const over = excursions.filter(({ fromMs, toMs }) => fromMs < moment && moment < toMs);
        const expected = over.some(({ certainty }) => certainty === 'certain')
          ? ['certain']
          : over.map(() => 'possible').slice(0, 1);
        const marked = spans.filter(({ fromMs, toMs }) => fromMs < moment && moment < toMs);
        expect(marked.map(({ certainty }) => certainty)).toEqual(expected);
      }
    }),
    // A failing run prints its seed; HOPLINE_SEED replays it.
    { seed, verbose: 1 },
  );
});
