import { GatewayError } from '../../gateway-error.ts';
import type { Notifier } from '../../notify/notifier.ts';
import type { SecretBox } from '../../notify/secret-box.ts';
import type { Queryable } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { readCompanyPrefixes } from '../answer/company-prefixes.ts';
import { queryDocument } from '../answer/query-document.ts';
import { translation } from '../answer/translate-identifiers.ts';
import { epcisLimits } from '../limits.ts';
import { parseQuery } from '../query/parse-query.ts';
import type { EventQuery } from '../query/predicate.ts';
import { readQuery } from '../query/query-store.ts';
import { rawFromJson } from '../query/raw-parameters.ts';
import { type FoundEvent, fitting, loadEvents, pageRows } from '../query/run-query.ts';
import { nextTimeMs, parseSchedule } from './schedule.ts';
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
  const query = standing(parseQuery(rawFromJson(named.query)), subscription);
  const limit = epcisLimits.maxReportEvents + 1;
  const rows = await pageRows(store, query, {
    asOf,
    after: Math.max(examined, subscription.position),
    from: null,
    limit,
  });
  const shown = fitting(rows.slice(0, epcisLimits.maxReportEvents), epcisLimits.maxReportBytes);
  const more = rows.length > shown.length;
  const isDue = subscription.schedule !== null;
  if (shown.length === 0 && !isDue) return { subscription, more: false, examined: asOf };
  const position = more ? (shown.at(-1)?.seq ?? asOf) : asOf;
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

/** A standing query reports in the order of commits: whatever its order and limits are, each event comes once. */
function standing(query: EventQuery, { initialRecordMs }: Subscription): EventQuery {
  return {
    ...query,
    order: { by: 'commit' },
    predicates: [
      ...query.predicates,
      ...(initialRecordMs === null
        ? []
        : [{ kind: 'time', column: 'recorded_ms', op: '>=', ms: initialRecordMs } as const]),
    ],
  };
}

async function write(
  context: ReportContext,
  moved: Subscription,
  events: readonly FoundEvent[],
  nowMs: number,
): Promise<Subscription | null> {
  const { store, notifier, secretBox } = context;
  const payload = await reportOf(context, store, moved, events, nowMs);
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

/** The body of a report: an EPCISQueryDocument, or a problem where one event alone is too large to be sent. */
async function reportOf(
  { publicUrl }: ReportContext,
  on: Queryable,
  { id, query, epcFormat }: Subscription,
  events: readonly FoundEvent[],
  nowMs: number,
): Promise<unknown> {
  const [first] = events;
  if (first !== undefined && Buffer.byteLength(first.source) > epcisLimits.maxReportBytes) {
    return {
      type: 'epcisException:QueryTooLargeException',
      title: 'an event is too large to be reported: fetch it',
      status: 413,
      subscriptionID: id,
      queryName: query,
      events: `${publicUrl()}/epcis/events/${encodeURIComponent(first.hash)}`,
    };
  }
  const options = { nowMs, queryName: query, subscriptionId: id };
  try {
    return queryDocument(events, { ...options, translate: translation(epcFormat, await readCompanyPrefixes(on)) });
  } catch (error) {
    // An identifier that has no URN must not keep the report back: then all of it goes as it was captured.
    if (!(error instanceof GatewayError) || error.code !== 'not-acceptable') throw error;
    return queryDocument(events, { ...options, translate: (event) => event });
  }
}
