import { expect, test } from 'vitest';
import type { Conditions, Excursion } from '../api/history.ts';
import type { Rule } from '../api/shapes.ts';
import { verdictOf } from './verdict.ts';

const limit: Rule = { id: 'cold-chain', stream: 'temperature', unit: 'Cel', min: null, max: 5000, durationMs: 0 };
const excursion = (certainty: Excursion['certainty']): Excursion => ({
  device: 'd',
  stream: 'temperature',
  unit: 'Cel',
  source: 'limits',
  rule: limit.id,
  min: null,
  max: 5000,
  fromMs: 0,
  toMs: 10,
  peak: 6000,
  certainty,
  assurance: 'device-signed',
  place: 'p',
  inUnit: null,
});
const measured: Conditions = {
  stays: [
    {
      place: null,
      unit: null,
      fromMs: 0,
      toMs: 100,
      streams: [
        {
          device: 'd',
          stream: 'temperature',
          unit: 'Cel',
          assurance: 'device-signed',
          calibrationOverdue: false,
          count: 1,
          min: 0,
          max: 0,
          mean: 0,
          intervalMs: 100,
          intervals: [{ startMs: 0, count: 1, min: 0, max: 0, mean: 0 }],
        },
      ],
    },
  ],
  excursions: [],
  missingSummaries: 0,
  truncated: false,
};
const ask = (change: Partial<Conditions>, limits = [limit], stale = false) =>
  verdictOf({ conditions: { ...measured, ...change }, limits, stream: 'temperature', stale, nowMs: 200 });

test('complete figures without an excursion are within limits, and only they', () => {
  expect(ask({})).toMatchObject({ tone: 'ok', text: 'Within limits where measured' });
  expect(ask({ missingSummaries: 2 })).toMatchObject({ tone: 'warn', text: 'Nothing found so far' });
  expect(ask({ truncated: true })).toMatchObject({ tone: 'warn' });
  expect(ask({}, [limit], true)).toMatchObject({ tone: 'warn' });
  expect(ask({ stays: [] })).toMatchObject({ tone: 'warn', text: 'Conditions unknown' });
  expect(ask({}, [])).toMatchObject({ tone: 'neutral', text: 'No limits are set' });
});

test('an excursion is named by its certainty, however much is missing', () => {
  expect(ask({ excursions: [excursion('possible')], missingSummaries: 9 })).toMatchObject({ tone: 'warn' });
  expect(ask({ excursions: [excursion('possible'), excursion('certain')] })).toMatchObject({
    tone: 'danger',
    text: 'Limit broken',
  });
  expect(ask({ excursions: [excursion('within-limits')] })).toMatchObject({ tone: 'ok' });
});

test('a device whose calibration has run out makes nothing sure', () => {
  const overdue = measured.stays.map((stay) => ({
    ...stay,
    streams: stay.streams.map((each) => ({ ...each, calibrationOverdue: true })),
  }));
  expect(ask({ stays: overdue })).toMatchObject({ tone: 'warn', text: 'Nothing found so far' });
});

test('what is missing is said', () => {
  const { reservations } = ask({ missingSummaries: 2 }, [limit], true);
  expect(reservations.join(' ')).toMatch(/100 %.*2 batches.*out of date/);
});
