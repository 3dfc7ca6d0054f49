import type { Notifier } from '../../notify/notifier.ts';
import type { SecretBox } from '../../notify/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { epcisLimits } from '../limits.ts';
import { readQuery } from '../query/query-store.ts';
import { type FoundEvent, loadEvents } from '../query/run-query.ts';
import { nextTimeMs, parseSchedule } from './schedule.ts';
import { findNews, reportDocument, standing } from './standing-query.ts';
import { readSubscription, type Subscription, subscriptionPurpose, subscriptionRow } from './subscription-store.ts';

export interface ReportContext {
  readonly store: Store;
  readonly notifier: Notifier;
  readonly secretBox: SecretBox;
  readonly publicUrl: () => string;
}

/**
 * Looks for events behind a subscription's position and puts one report into the outbox. Report and position are one write:
 * a crash before it does both again, and one after it neither, so that each event is reported once.
 *
 * @param asOf number of the last event there is
 * @param examined up to where the caller knows that nothing matches: events before it need no second look
 * @returns the subscription as it stands then, and whether there is more to report; `null` where it was ended
 */
export async function reportOnce(
  context: ReportContext,
  subscription: Subscription,
  examined: number,
  asOf: number,
  nowMs: number,
): Promise<{ readonly subscription: Subscription; readonly more: boolean; readonly examined: number } | null> {
  const { store } = context;
  const named = await readQuery(store, subscription.query);
  if (named === null) return null;
  const query = standing(named.query, subscription.initialRecordMs);
  const after = Math.max(examined, subscription.position);
  const { shown, more, position } = await findNews(store, query, { after, asOf, limit: epcisLimits.maxReportEvents });
  const isDue = subscription.schedule !== null;
  if (shown.length === 0 && !isDue) return { subscription, more: false, examined: asOf };
  const moved: Subscription = {
    ...subscription,
    position,
    executedMs: nowMs,
    dueMs:
      subscription.schedule && !more ? nextTimeMs(parseSchedule(subscription.schedule), nowMs) : subscription.dueMs,
  };
  const isReported = shown.length > 0 || subscription.reportIfEmpty;
  // Nothing to tell is nothing to keep: looking again after a crash finds the same.
  if (!isReported) return { subscription: moved, more: false, examined: position };
  const events = await loadEvents(store, shown);
  const kept = await write(context, moved, events, nowMs);
  return kept && { subscription: kept, more, examined: position };
}

async function write(
  context: ReportContext,
  moved: Subscription,
  events: readonly FoundEvent[],
  nowMs: number,
): Promise<Subscription | null> {
  const { store, notifier, secretBox } = context;
  const { query: queryName, id: subscriptionId, epcFormat: format } = moved;
  const about = { queryName, subscriptionId, format, nowMs, publicUrl: context.publicUrl() };
  const payload = await reportDocument(store, events, about);
  const notice = `epcis_${moved.id}_${moved.position}_${nowMs}`;
  return store.writeOwn(async (tx, put) => {
    // Ended in the meantime: whoever ended it hears no more.
    if ((await readSubscription(tx, moved.id)) === null) return null;
    const kept = { ...moved, lastNotice: notice };
    await put({ table: 'epcis_subscriptions', row: { ...subscriptionRow(kept), deleted_ms: null } });
    const secret = secretBox.open(moved.secret, subscriptionPurpose(moved.id));
    await notifier.enqueue(
      { tx, put },
      {
        id: notice,
        type: 'epcis.queryResults',
        channel: { kind: 'webhook', url: moved.dest, secret },
        payload,
        notAfterMs: nowMs + epcisLimits.reportLifetimeMs,
      },
    );
    return kept;
  });
}
