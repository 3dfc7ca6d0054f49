import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import { epcisLimits } from '../limits.ts';
import { lastSeq } from '../query/run-query.ts';
import { Waker } from '../waker.ts';
import { type ReportContext, reportOnce } from './report.ts';
import { readSubscriptions, type Subscription } from './subscription-store.ts';

/** Tells subscribers what is new: with each block those who want a stream, the others when they are due. */
export class SubscriptionWorker {
  readonly #waker = new Waker();
  /** Up to which event nothing more matches, by subscription: kept in memory, since looking again does no harm. */
  readonly #examined = new Map<string, number>();
  /** When a schedule is due next after a time at which there was nothing to report, and so nothing to keep. */
  readonly #due = new Map<string, number>();

  /** Tells that there are new events, or another subscription. */
  wake(): void {
    this.#waker.wake();
  }

  /** Works until the signal is given. */
  async run(context: ReportContext & { readonly clock: Clock }, log: Logger, signal: AbortSignal): Promise<void> {
    const { store, clock } = context;
    while (!signal.aborted) {
      this.#waker.reset();
      let pauseMs: number = epcisLimits.maxSubscriptionIdleMs;
      try {
        const all = await readSubscriptions(store, null);
        const ids = new Set(all.map(({ id }) => id));
        for (const known of [this.#examined, this.#due]) {
          for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
        }
        const asOf = all.length === 0 ? 0 : await lastSeq(store);
        for (const subscription of all) {
          if (signal.aborted) return;
          const dueMs = await this.#attend(context, subscription, asOf, log, signal);
          if (dueMs !== null) pauseMs = Math.min(pauseMs, Math.max(0, dueMs - clock.now()));
        }
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error }, 'the subscriptions are interrupted');
      }
      await this.#waker.pause(clock, pauseMs, signal);
    }
  }

  /** Reports all that one subscription has to be told now; returns when it is due next, where it has a schedule. */
  async #attend(
    context: ReportContext & { readonly clock: Clock },
    subscription: Subscription,
    asOf: number,
    log: Logger,
    signal: AbortSignal,
  ): Promise<number | null> {
    const { clock } = context;
    const examined = this.#examined.get(subscription.id) ?? 0;
    // A subscription created a moment ago may know of an event that came after this round had begun.
    const upTo = Math.max(asOf, subscription.position);
    if (subscription.stream && Math.max(examined, subscription.position) >= upTo) return null;
    let current = this.#withDue(subscription);
    for (let more = true; more && !signal.aborted; ) {
      if (current.schedule !== null && (current.dueMs === null || current.dueMs > clock.now())) return current.dueMs;
      try {
        const result = await reportOnce(context, current, this.#examined.get(current.id) ?? 0, upTo, clock.now());
        if (result === null) return null;
        current = result.subscription;
        this.#examined.set(current.id, result.examined);
        if (current.dueMs !== null) this.#due.set(current.id, current.dueMs);
        more = result.more;
      } catch (error) {
        if (signal.aborted) return null;
        // The outbox is full, or its secret does not open any more: the others are told all the same.
        log.warn({ err: error, subscription: current.id }, 'a subscription could not be served');
        return null;
      }
    }
    return current.dueMs;
  }

  #withDue(subscription: Subscription): Subscription {
    const later = this.#due.get(subscription.id);
    if (subscription.dueMs === null || later === undefined || later <= subscription.dueMs) return subscription;
    return { ...subscription, dueMs: later };
  }
}
