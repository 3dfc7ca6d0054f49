import { expect, test } from 'vitest';
import { FailureBucket } from './failure-bucket.ts';
import { failedConnectsPerSecond, maxConnections, maxFailedConnectsAtOnce, maxSessions } from './limits.ts';

test('failures empty the bucket, and time fills it again up to its size', () => {
  const bucket = new FailureBucket();
  const taken = (nowMs: number) => {
    let count = 0;
    while (bucket.take(nowMs)) count++;
    return count;
  };
  expect(taken(1000)).toBe(maxFailedConnectsAtOnce);
  expect(taken(1000)).toBe(0);
  expect(taken(3000)).toBe(2 * failedConnectsPerSecond);
  // A clock that goes back gives nothing.
  expect(taken(2000)).toBe(0);
  expect(taken(10_000_000)).toBe(maxFailedConnectsAtOnce);
});

test('sockets and sessions stay below what one object can have', () => {
  expect(Math.max(maxConnections, maxSessions)).toBeLessThanOrEqual(32_768);
});
