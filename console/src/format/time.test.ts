import { expect, test } from 'vitest';
import { formatAge, formatDuration, formatTime, formatZone } from './time.ts';

const moment = Date.UTC(2026, 10, 23, 13, 5);

test('a time says its zone', () => {
  expect(formatTime(moment, { locale: 'en-GB', timeZone: 'UTC' })).toBe('23 Nov 2026, 13:05 UTC');
  expect(formatTime(moment, { locale: 'en-US', timeZone: 'America/Los_Angeles' })).toMatch(
    /^Nov 23, 2026, 05:05\sAM PST$/,
  );
});

test('a zone is named with its offset at that moment', () => {
  const winter = formatZone(moment, { locale: 'en-US', timeZone: 'America/Los_Angeles' });
  const summer = formatZone(Date.UTC(2026, 6, 1), { locale: 'en-US', timeZone: 'America/Los_Angeles' });
  expect([winter, summer]).toEqual(['America/Los_Angeles (GMT-8)', 'America/Los_Angeles (GMT-7)']);
});

test.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_600_000 + 300_000, '1 h 5 min'],
  [3_600_000 + 59_000, '1 h'],
  [90_000_000, '1 d 1 h'],
  [-5, '0 s'],
])('%i ms last %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [-3000, 'just now'],
  [12_400, '12 s ago'],
  [119_000, '1 min ago'],
  [7_200_000, '2 h ago'],
  [200_000_000, '2 d ago'],
])('%i ms ago is %s', (ms, text) => expect(formatAge(ms)).toBe(text));
