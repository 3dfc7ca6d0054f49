import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';

let nowMs = 0;
const clock = { now: () => nowMs, sleep: async () => undefined };

test('so many at once, then as many as the rate gives, each name for itself', () => {
  nowMs = 0;
  const limit = new RateLimit(clock, 3, 2);
  for (let i = 0; i < 3; i++) limit.take('one');
  expect(() => limit.take('one')).toThrow(expect.objectContaining({ code: 'rate-limited', retryAfterMs: 500 }));
  limit.take('two');
  nowMs += 500;
  limit.take('one');
  expect(() => limit.take('one')).toThrow();
});

test('names that come and go take no memory for ever', () => {
  nowMs = 0;
  const limit = new RateLimit(clock, 1, 1);
  limit.take('busy');
  for (let i = 0; i < 25_000; i++) {
    nowMs += 1;
    limit.take(`visitor ${i}`);
  }
  // The first one was dropped with the others that were full again; it simply begins anew.
  limit.take('busy');
  expect(() => limit.take('busy')).toThrow();
});
