import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { notifyLimits } from './limits.ts';
import { changeState, dueNotices, nextDueMs, putGone, type QueuedNotice, readNotice } from './outbox.ts';
import { afterAttempt, cancelled, expired, gone, type Outcome } from './schedule.ts';
import type { SecretBox } from './secret-box.ts';

/** Makes one attempt. It never throws. */
export type Deliver = (notice: QueuedNotice, atMs: number, signal: AbortSignal) => Promise<Outcome>;

export interface DeliveryParts {
  readonly store: Store;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly random: () => number;
  readonly deliver: Deliver;
  readonly onOutcome: (notice: QueuedNotice, outcome: Outcome, durationMs: number) => void;
  /** The outbox could not be read or written: it is tried again after a while. */
  readonly onError: (error: unknown) => void;
}

const errorPauseMs = 1_000;

/**
 * Delivers what is due, some notices at once and few of them to one target, until the signal is given. What is under way
 * lives in memory only: after a crash such a notice is still queued and is delivered again, with the same id.
 */
export class DeliveryLoop {
  readonly #parts: DeliveryParts;
  readonly #underWay = new Map<string, { readonly target: string; readonly done: Promise<void> }>();
  /** Targets that asked for rest, and until when. */
  readonly #pausedUntilMs = new Map<string, number>();
  #wake = new AbortController();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Says that something may be due now. */
  wake(): void {
    this.#wake.abort();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.#parts;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const pauseMs = await this.#startDue(signal).catch((error: unknown) => {
        onError(error);
        return errorPauseMs;
      });
      await clock.sleep(pauseMs, AbortSignal.any([signal, this.#wake.signal]));
    }
    await Promise.all([...this.#underWay.values()].map(({ done }) => done));
  }

  /** Starts deliveries while there is room. Returns how long there is nothing to do, unless somebody wakes the loop. */
  async #startDue(signal: AbortSignal): Promise<number> {
    const { store, clock } = this.#parts;
    for (;;) {
      const room = notifyLimits.maxDeliveries - this.#underWay.size;
      if (room === 0) return notifyLimits.maxIdleMs;
      const nowMs = clock.now();
      const targets = this.#closedTargets(nowMs);
      const due = await dueNotices(store, nowMs, { targets, ids: [...this.#underWay.keys()] }, room);
      const started = due.filter(({ id, target }) => this.#start(id, target, signal)).length;
      if (started > 0) continue;
      const next = await nextDueMs(store, targets);
      const paused = Math.min(...this.#pausedUntilMs.values());
      return Math.max(0, Math.min(notifyLimits.maxIdleMs, (next ?? Number.POSITIVE_INFINITY) - nowMs, paused - nowMs));
    }
  }

  #closedTargets(nowMs: number): string[] {
    for (const [target, untilMs] of this.#pausedUntilMs) if (untilMs <= nowMs) this.#pausedUntilMs.delete(target);
    const busy = [...this.#underWay.values()].map(({ target }) => target);
    return [...new Set(busy)].filter((target) => this.#isFull(target)).concat([...this.#pausedUntilMs.keys()]);
  }

  #isFull(target: string): boolean {
    const busy = [...this.#underWay.values()].filter((each) => each.target === target);
    return busy.length >= notifyLimits.maxDeliveriesPerTarget;
  }

  #start(id: string, target: string, signal: AbortSignal): boolean {
    if (this.#isFull(target) || this.#pausedUntilMs.has(target)) return false;
    const done = this.#attempt(id, signal)
      .catch((error: unknown) => {
        this.#parts.onError(error);
        // Nothing was written, so it is due at once: not again before a moment has passed.
        return this.#parts.clock.sleep(errorPauseMs, signal);
      })
      .finally(() => {
        this.#underWay.delete(id);
        this.wake();
      });
    this.#underWay.set(id, { target, done });
    return true;
  }

  async #attempt(id: string, signal: AbortSignal): Promise<void> {
    const { store, box, clock, deliver, onOutcome, random } = this.#parts;
    const notice = await readNotice(store, box, id);
    const atMs = clock.now();
    // Without its content it can never go out, and would be due for ever.
    if (!notice) {
      await store.writeOwn((tx, put) => changeState({ tx, put }, id, (state) => cancelled(state, atMs)));
      return;
    }
    if (notice.state.state !== 'queued') return;
    if (atMs > notice.notAfterMs) {
      await store.writeOwn((tx, put) => changeState({ tx, put }, id, (state) => expired(state, atMs)));
      return;
    }
    const timeout = AbortSignal.timeout(notifyLimits.deliveryTimeoutMs);
    const outcome = await deliver(notice, atMs, AbortSignal.any([signal, timeout]));
    // An attempt that our own stop cut off says nothing about the receiver: it does not count.
    if (signal.aborted && outcome.kind === 'retry') return;
    if (outcome.kind === 'retry' && outcome.pause !== null) {
      const forMs = Math.min(outcome.pause.forMs, notifyLimits.maxTargetPauseMs);
      this.#pausedUntilMs.set(notice.target, atMs + forMs);
    }
    await store.writeOwn((tx, put) => this.#record({ tx, put }, notice, outcome, random()));
    onOutcome(notice, outcome, Math.max(0, clock.now() - atMs));
  }

  async #record(
    write: Parameters<typeof changeState>[0],
    notice: QueuedNotice,
    outcome: Outcome,
    random: number,
  ): Promise<void> {
    // Cancelled while it was under way: what came of it is told, and it is not tried again.
    await changeState(write, notice.id, (state) => {
      const after = afterAttempt(state, outcome, notice, random);
      return state.state === 'queued' || after.state === 'delivered' ? after : null;
    });
    if (outcome.kind !== 'final' || outcome.reason !== 'gone' || notice.url === null) return;
    await putGone(write, notice.url, outcome.attempt.atMs);
    const others = await write.tx.query<{ id: string }>(
      "select id from notice_states join notices using (id) where state = 'queued' and url = $1",
      [notice.url],
    );
    for (const { id } of others) await changeState(write, id, (state) => gone(state, outcome.attempt.atMs));
  }
}
