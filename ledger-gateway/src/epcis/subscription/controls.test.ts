import { expect, test } from 'vitest';
import { controlAmong, controlsOfUrl } from './controls.ts';

const nowMs = Date.parse('2026-11-23T00:00:00Z');
const read = (query: string) => controlsOfUrl(new URLSearchParams(query), nowMs);

test('an address asks for a stream, or for a schedule as in the example of the standard', () => {
  const nothing = { reportIfEmpty: false, initialRecordMs: null };
  expect(read('stream=true')).toEqual({ stream: true, schedule: null, dueMs: null, ...nothing });
  expect(read('minute=5&hour=1')).toEqual({
    stream: false,
    schedule: { minute: '5', hour: '1' },
    dueMs: Date.parse('2026-11-23T01:05:00Z'),
    ...nothing,
  });
  expect(read('stream=false&hour=1&reportIfEmpty=true&initialRecordTime=2026-01-01T00:00:00%2B01:00')).toMatchObject({
    reportIfEmpty: true,
    initialRecordMs: Date.parse('2025-12-31T23:00:00Z'),
  });
});

test.each([
  '',
  'stream=false',
  'stream=true&second=1',
  'stream=1',
  'hour=25',
  'stream=true&reportIfEmpty=true',
  'hour=1&hour=2',
  'stream=true&initialRecordTime=yesterday',
  'month=2&dayOfMonth=30',
])('%s is refused', (query) => {
  expect(() => read(query)).toThrow(expect.objectContaining({ code: 'subscription-controls' }));
});

test('parameters of pages are none of a subscription', () => {
  expect(controlAmong(new URLSearchParams('perPage=5&nextPageToken=a'))).toBeNull();
  expect(controlAmong(new URLSearchParams('perPage=5&dayOfWeek=1'))).toBe('dayOfWeek');
});
