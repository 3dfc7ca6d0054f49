import { expect, test } from 'vitest';
import { notifyLimits, retryScheduleMs } from './limits.ts';
import type { NoticeState } from './notice.ts';
import { afterAttempt, cancelled, type Outcome, retried } from './schedule.ts';

const queued: NoticeState = {
  state: 'queued',
  attempts: 0,
  nextMs: 0,
  endedMs: null,
  reason: null,
  last: null,
};
const never = { notAfterMs: Number.MAX_SAFE_INTEGER };
const failedAt = (atMs: number, forMs: number | null = null): Outcome => ({
  kind: 'retry',
  pause: forMs === null ? null : { forMs },
  attempt: { atMs, status: 500, answer: '' },
});

/** Attempts at the times that the schedule gives, until it ends. */
function attemptTimes(random: number): number[] {
  const times: number[] = [];
  for (let state = queued; state.nextMs !== null; ) {
    times.push(state.nextMs);
    state = afterAttempt(state, failedAt(state.nextMs), never, random);
  }
  return times;
}

test('attempts are made at the times of the standard’s example schedule', () => {
  const minutes = attemptTimes(0).map((ms) => ms / 60_000);
  // 00:00:05, 00:05:05, 00:35:05, 02:35:05, … 75:35:05
  expect(minutes).toEqual(
    [0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705, 185_705, 272_105].map((seconds) => seconds / 60),
  );
});

test('jitter only makes waits longer, by a fifth at most', () => {
  const [plain, late] = [attemptTimes(0), attemptTimes(0.999)];
  expect(late).toHaveLength(retryScheduleMs.length);
  for (const [i, atMs] of late.entries()) {
    expect(atMs).toBeGreaterThanOrEqual(plain[i] ?? 0);
    expect(atMs).toBeLessThanOrEqual((plain[i] ?? 0) * 1.2 + 1);
  }
});

test('after the last attempt it has failed, and says so', () => {
  const last: NoticeState = { ...queued, attempts: retryScheduleMs.length - 1 };
  expect(afterAttempt(last, failedAt(7), never, 0)).toMatchObject({
    state: 'failed',
    reason: 'attempts-exhausted',
    attempts: retryScheduleMs.length,
    nextMs: null,
    endedMs: 7,
  });
});

test('a receiver’s own wait is kept when it is longer, up to a limit', () => {
  expect(afterAttempt(queued, failedAt(0, 60_000), never, 0).nextMs).toBe(60_000);
  expect(afterAttempt(queued, failedAt(0, 1), never, 0).nextMs).toBe(5_000);
  expect(afterAttempt(queued, failedAt(0, 1e12), never, 0).nextMs).toBe(notifyLimits.maxRetryAfterMs);
});

test('an attempt that would come too late is not waited for', () => {
  expect(afterAttempt(queued, failedAt(0), { notAfterMs: 4_999 }, 0)).toMatchObject({
    state: 'failed',
    reason: 'expired',
  });
  expect(afterAttempt(queued, failedAt(0), { notAfterMs: 5_000 }, 0)).toMatchObject({ state: 'queued' });
});

test('people begin it anew or end it, and what was delivered stays so', () => {
  const delivered: NoticeState = { ...queued, state: 'delivered', attempts: 3, nextMs: null, endedMs: 5 };
  const failed: NoticeState = { ...delivered, state: 'failed', reason: 'gone' };
  expect(retried(delivered, 9)).toBeNull();
  expect(retried(queued, 9)).toBeNull();
  expect(retried({ ...queued, attempts: 2, nextMs: 500 }, 9)).toMatchObject({
    state: 'queued',
    attempts: 2,
    nextMs: 9,
  });
  expect(retried(failed, 9)).toMatchObject({ state: 'queued', attempts: 0, nextMs: 9, reason: null, endedMs: null });
  expect(cancelled(delivered, 9)).toBeNull();
  expect(cancelled(queued, 9)).toMatchObject({ state: 'cancelled', endedMs: 9, nextMs: null });
});
