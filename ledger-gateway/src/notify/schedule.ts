import { notifyLimits, retryScheduleMs } from './limits.ts';
import type { Attempt, FailureReason, NoticeState } from './notice.ts';

/** What came of one attempt. Only `retry` may be tried again. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly attempt: Attempt }
  | { readonly kind: 'retry'; readonly attempt: Attempt; readonly pause: Pause | null }
  | { readonly kind: 'final'; readonly attempt: Attempt; readonly reason: FailureReason };

/** A receiver that asks for rest: nothing goes to its target for so long. */
export interface Pause {
  readonly forMs: number;
}

/** Jitter adds up to this share of the wait, so that what failed together does not come back together. */
const jitterShare = 0.2;

/**
 * queued ──delivered──▶ delivered
 * queued ──retry──────▶ queued, later │ failed: attempts-exhausted, expired
 * queued ──final──────▶ failed
 *
 * @param random in [0, 1)
 */
export function afterAttempt(
  state: NoticeState,
  outcome: Outcome,
  notice: { readonly notAfterMs: number },
  random: number,
): NoticeState {
  const attempts = state.attempts + 1;
  const last = outcome.attempt;
  const ended = { attempts, last, nextMs: null, endedMs: last.atMs };
  if (outcome.kind === 'delivered') return { ...ended, state: 'delivered', reason: null };
  if (outcome.kind === 'final') return { ...ended, state: 'failed', reason: outcome.reason };
  const waitMs = retryScheduleMs[attempts];
  if (waitMs === undefined) return { ...ended, state: 'failed', reason: 'attempts-exhausted' };
  const asked = Math.min(outcome.pause?.forMs ?? 0, notifyLimits.maxRetryAfterMs);
  const nextMs = last.atMs + Math.max(Math.round(waitMs * (1 + jitterShare * random)), asked);
  // An attempt that could only come too late is none: people see at once that this one has failed.
  if (nextMs > notice.notAfterMs) return { ...ended, state: 'failed', reason: 'expired' };
  return { state: 'queued', attempts, last, nextMs, endedMs: null, reason: null };
}

/** A notice whose time was over before its next attempt. */
export function expired(state: NoticeState, nowMs: number): NoticeState {
  return { ...state, state: 'failed', nextMs: null, endedMs: nowMs, reason: 'expired' };
}

/** A notice to a URL whose receiver wants nothing any more. */
export function gone(state: NoticeState, nowMs: number): NoticeState {
  return { ...state, state: 'failed', nextMs: null, endedMs: nowMs, reason: 'gone' };
}

/**
 * Somebody asks for another delivery: the schedule of what has ended begins anew, and what waits for its next attempt waits
 * no longer. What was delivered or is to be tried at once stays as it is.
 */
export function retried(state: NoticeState, nowMs: number): NoticeState | null {
  if (state.state === 'delivered') return null;
  if (state.state === 'queued') return state.attempts === 0 ? null : { ...state, nextMs: nowMs };
  return { state: 'queued', attempts: 0, nextMs: nowMs, endedMs: null, reason: null, last: state.last };
}

/** Somebody wants it not to be delivered any more. What has ended stays as it is. */
export function cancelled(state: NoticeState, nowMs: number): NoticeState | null {
  if (state.state !== 'queued') return null;
  return { ...state, state: 'cancelled', nextMs: null, endedMs: nowMs };
}
