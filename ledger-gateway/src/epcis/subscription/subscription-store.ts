import { GatewayError } from '../../gateway-error.ts';
import type { Queryable } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import type { EpcFormat } from '../answer/translate-identifiers.ts';
import { epcisLimits } from '../limits.ts';
import type { ScheduleTexts } from './schedule.ts';

/** Somebody who wants to be told what a named query finds. */
export interface Subscription {
  readonly id: string;
  readonly query: string;
  readonly dest: string;
  /** Sealed for `subscriptionPurpose`. */
  readonly secret: string;
  /** With every new event; else by the schedule. */
  readonly stream: boolean;
  readonly schedule: ScheduleTexts | null;
  readonly reportIfEmpty: boolean;
  readonly epcFormat: EpcFormat;
  readonly initialRecordMs: number | null;
  readonly createdMs: number;
  /** Number of the last event that was looked at. */
  readonly position: number;
  readonly executedMs: number | null;
  readonly dueMs: number | null;
  /** Id of the last report in the outbox. */
  readonly lastNotice: string | null;
}

interface SubscriptionRow extends Record<string, unknown> {
  readonly id: string;
  readonly query: string;
  readonly dest: string;
  readonly secret: string;
  readonly stream: boolean;
  readonly schedule: ScheduleTexts | null;
  readonly report_if_empty: boolean;
  readonly epc_format: EpcFormat;
  readonly initial_record_ms: number | null;
  readonly created_ms: number;
  readonly deleted_ms: number | null;
  readonly position: number;
  readonly executed_ms: number | null;
  readonly due_ms: number | null;
  readonly last_notice: string | null;
}

/** What a subscription's secret is sealed for. */
export function subscriptionPurpose(id: string): string {
  return `epcis-subscription ${id}`;
}

/** Keeps a new subscription. Throws `rate-limited` where there are too many. */
export async function createSubscription(store: Store, subscription: Subscription): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    const [count] = await tx.query<{ all: number; own: number }>(
      `select count(*)::bigint as "all", count(*) filter (where query = $1)::bigint as own
       from epcis_subscriptions where deleted_ms is null`,
      [subscription.query],
    );
    const { maxSubscriptions, maxSubscriptionsPerQuery } = epcisLimits;
    if ((count?.all ?? 0) >= maxSubscriptions || (count?.own ?? 0) >= maxSubscriptionsPerQuery) {
      throw new GatewayError('rate-limited', 'too many subscriptions', { maxSubscriptions, maxSubscriptionsPerQuery });
    }
    await put({ table: 'epcis_subscriptions', row: { ...subscriptionRow(subscription), deleted_ms: null } });
  });
}

export async function readSubscription(on: Queryable, id: string): Promise<Subscription | null> {
  const [row] = await on.query<SubscriptionRow>(
    'select * from epcis_subscriptions where id = $1 and deleted_ms is null',
    [id],
  );
  return row ? subscriptionOf(row) : null;
}

/** Subscriptions of a query, or all of them, in the order of their ids, behind `after`. */
export async function readSubscriptions(
  on: Queryable,
  query: string | null,
  after = '',
  limit: number = epcisLimits.maxSubscriptions,
): Promise<Subscription[]> {
  const rows = await on.query<SubscriptionRow>(
    `select * from epcis_subscriptions where deleted_ms is null and id > $1
     and ($2::text is null or query = $2) order by id limit $3`,
    [after, query, limit],
  );
  return rows.map(subscriptionOf);
}

/** Ends a subscription; `false` where there is none. */
export async function deleteSubscription(store: Store, query: string, id: string, nowMs: number): Promise<boolean> {
  return store.writeOwn(async (tx, put) => {
    const subscription = await readSubscription(tx, id);
    if (subscription?.query !== query) return false;
    await put({ table: 'epcis_subscriptions', row: { ...subscriptionRow(subscription), deleted_ms: nowMs } });
    return true;
  });
}

/** A subscription as a row of its table, without the mark of its end. */
export function subscriptionRow(subscription: Subscription): Omit<SubscriptionRow, 'deleted_ms'> {
  const { id, query, dest, secret, stream, schedule, position } = subscription;
  return {
    id,
    query,
    dest,
    secret,
    stream,
    schedule,
    report_if_empty: subscription.reportIfEmpty,
    epc_format: subscription.epcFormat,
    initial_record_ms: subscription.initialRecordMs,
    created_ms: subscription.createdMs,
    position,
    executed_ms: subscription.executedMs,
    due_ms: subscription.dueMs,
    last_notice: subscription.lastNotice,
  };
}

function subscriptionOf(row: SubscriptionRow): Subscription {
  const { id, query, dest, secret, stream, schedule, position } = row;
  return {
    id,
    query,
    dest,
    secret,
    stream,
    schedule,
    position,
    reportIfEmpty: row.report_if_empty,
    epcFormat: row.epc_format,
    initialRecordMs: row.initial_record_ms,
    createdMs: row.created_ms,
    executedMs: row.executed_ms,
    dueMs: row.due_ms,
    lastNotice: row.last_notice,
  };
}
