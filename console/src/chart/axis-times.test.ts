import { expect, test } from 'vitest';
import { axisTimes } from './axis-times.ts';

test('a date stands at the first moment of each day, in the zone of the axis', () => {
  const evening = Date.UTC(2026, 10, 22, 20);
  const moments = [0, 2, 4, 6].map((hours) => evening + hours * 3_600_000);
  expect(axisTimes(moments, { locale: 'en-GB', timeZone: 'UTC' })).toEqual([
    '20:00\n22 Nov',
    '22:00',
    '00:00\n23 Nov',
    '02:00',
  ]);
  expect(axisTimes(moments, { locale: 'en-GB', timeZone: 'America/Los_Angeles' })).toEqual([
    '12:00\n22 Nov',
    '14:00',
    '16:00',
    '18:00',
  ]);
});
