import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { Waker } from './waker.ts';

const never = 2 ** 31 - 1;

test('a pause ends when somebody wakes it, also before it has begun, and when all work ends', async () => {
  const waker = new Waker();
  const ending = new AbortController();
  waker.reset();
  waker.wake();
  await waker.pause(systemClock, never, ending.signal);
  waker.reset();
  const pausing = waker.pause(systemClock, never, ending.signal);
  waker.wake();
  await pausing;
  waker.reset();
  const last = waker.pause(systemClock, never, ending.signal);
  ending.abort();
  await last;
  waker.reset();
  expect(await waker.pause(systemClock, never, ending.signal)).toBeUndefined();
});
