import { expect, test } from 'vitest';
import { nextTimeMs, parseSchedule } from './schedule.ts';

const next = (schedule: Parameters<typeof parseSchedule>[0], after: string) => {
  const ms = nextTimeMs(parseSchedule(schedule), Date.parse(after));
  return ms === null ? null : new Date(ms).toISOString();
};

test.each([
  [{ hour: '1', minute: '5' }, '2026-11-23T01:05:00Z', '2026-11-24T01:05:00.000Z'],
  [{ hour: '1', minute: '5' }, '2026-11-23T01:04:59.999Z', '2026-11-23T01:05:00.000Z'],
  [{ second: '0,30' }, '2026-11-23T08:59:30Z', '2026-11-23T09:00:00.000Z'],
  [{ second: '[10-12]' }, '2026-11-23T08:59:11.5Z', '2026-11-23T08:59:12.000Z'],
  [{ second: '5/20' }, '2026-11-23T08:59:26Z', '2026-11-23T08:59:45.000Z'],
  [{ minute: '0' }, '2026-12-31T23:10:00Z', '2027-01-01T00:00:00.000Z'],
  [{ dayOfWeek: '1' }, '2026-11-23T00:00:00Z', '2026-11-30T00:00:00.000Z'],
  [{ dayOfWeek: '7', hour: '6' }, '2026-11-23T00:00:00Z', '2026-11-29T06:00:00.000Z'],
  [{ dayOfMonth: '31' }, '2026-11-01T00:00:00Z', '2026-12-31T00:00:00.000Z'],
  [{ month: '2', dayOfMonth: '29' }, '2028-03-01T00:00:00Z', '2032-02-29T00:00:00.000Z'],
  [{ month: '2', dayOfMonth: '30' }, '2026-01-01T00:00:00Z', null],
])('%j after %s is %s', (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
});

test.each([
  {},
  { hour: '24' },
  { minute: '5-9' },
  { minute: '0/0' },
  { hour: '[1-3]/2' },
  { second: '[9-5]' },
  { month: '0' },
  { dayOfWeek: 'MON' },
])('%j is refused', (schedule) => {
  expect(() => parseSchedule(schedule)).toThrow(expect.objectContaining({ code: 'subscription-controls' }));
});
