import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testSeed } from '../conformance/test-seed.ts';
import { parseTimeMs } from './time.ts';

fc.configureGlobal({ seed: testSeed() });

test('a time is the same instant in every zone', () => {
  const instant = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2100, 0, 1) });
  fc.assert(
    fc.property(instant, fc.integer({ min: -14 * 60, max: 14 * 60 }), (ms, offsetMinutes) => {
      const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(offsetMinutes);
      const clock = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0')).join(':');
      expect(parseTimeMs(`${local}${offsetMinutes < 0 ? '-' : '+'}${clock}`)).toBe(ms);
    }),
  );
});

test('digits beyond the millisecond round half up on the fourth, over midnight too', () => {
  const at = (fraction: string): number =>
    parseTimeMs(`2026-12-31T23:59:59.${fraction}Z`) - Date.UTC(2026, 11, 31, 23, 59, 59);
  expect(['1', '12', '1234', '1235', '1245', '12349999', '9995'].map(at)).toEqual([100, 120, 123, 124, 125, 123, 1000]);
});

test.each([
  '2026-05-04',
  '2026-05-04T06:30Z',
  '2026-05-04T06:30:00',
  '2026-05-04T24:00:00Z',
  '2026-05-04T06:60:00Z',
  '2026-02-29T06:30:00Z',
  '0026-02-28T06:30:00Z',
  '2026-05-04T06:30:00+14:01',
  '2026-05-04T06:30:00+1:00',
  '2026-05-04 06:30:00Z',
])('%s is no time', (text) => {
  expect(() => parseTimeMs(text)).toThrow(expect.objectContaining({ code: 'epcis-time' }));
});
