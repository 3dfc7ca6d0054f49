import type { Clock } from '../../clock.ts';
import type { Live } from '../../http/live.ts';
import type { TellingSocket } from '../../http/socket.ts';
import type { Store } from '../../store/store.ts';
import type { EpcFormat } from '../answer/translate-identifiers.ts';
import { epcisLimits } from '../limits.ts';
import type { EventQuery } from '../query/predicate.ts';
import { lastSeq, loadEvents } from '../query/run-query.ts';
import { withinTime } from '../query/within-time.ts';
import type { Controls } from '../subscription/controls.ts';
import { nextTimeMs, parseSchedule } from '../subscription/schedule.ts';
import { findNews, reportDocument } from '../subscription/standing-query.ts';

export interface TellContext {
  readonly store: Store;
  readonly clock: Clock;
  /** Told with each block that holds events. */
  readonly news: Live;
  readonly publicUrl: () => string;
}

/** What a socket is told. */
export interface SocketSubscription extends Controls {
  readonly queryName: string;
  readonly query: EventQuery;
  readonly format: EpcFormat;
  /** Events of one report. */
  readonly perReport: number;
  /** Number of the event behind which it begins. */
  readonly position: number;
}

/**
 * Tells a socket what its query finds until the signal is given: with each new event, or when the schedule is due. The next
 * report is made when the last one is taken, so a slow reader costs one report of memory; what it has yet to hear waits in the
 * database. Nothing is kept of it: a client that comes again says with `initialRecordTime` where it was.
 */
export async function tellSocket(
  context: TellContext,
  subscription: SocketSubscription,
  socket: Pick<TellingSocket, 'send'>,
  until: AbortSignal,
): Promise<void> {
  const { clock, news } = context;
  let { position, dueMs } = subscription;
  while (!until.aborted) {
    const { version } = news;
    if (dueMs === null || dueMs <= clock.now()) {
      position = await tellNews(context, { ...subscription, position }, socket, until);
      if (subscription.schedule) dueMs = nextTimeMs(parseSchedule(subscription.schedule), clock.now());
    }
    if (subscription.stream) await news.changed(version, until);
    else await clock.sleep(pauseMs(dueMs, clock.now()), until);
  }
}

/** Tells all that there is behind a position; returns where it stands then. */
async function tellNews(
  { store, clock, publicUrl }: TellContext,
  subscription: SocketSubscription,
  socket: Pick<TellingSocket, 'send'>,
  until: AbortSignal,
): Promise<number> {
  const { queryName, query, format, perReport, reportIfEmpty } = subscription;
  const { queryTimeoutMs } = epcisLimits;
  let { position } = subscription;
  const asOf = await lastSeq(store);
  for (let more = asOf > position || reportIfEmpty; more && !until.aborted; ) {
    const window = { after: position, asOf, limit: perReport };
    const report = await withinTime(store.database, queryTimeoutMs, async (tx) => {
      const news = await findNews(tx, query, window);
      const about = { queryName, format, nowMs: clock.now(), publicUrl: publicUrl() };
      const isReported = news.shown.length > 0 || reportIfEmpty;
      return { news, document: isReported ? await reportDocument(tx, await loadEvents(tx, news.shown), about) : null };
    });
    if (report.document !== null) await socket.send(JSON.stringify(report.document));
    position = Math.max(position, report.news.position);
    more = report.news.more;
  }
  return position;
}

/** A timer holds some weeks only, so a pause has an end of its own. A schedule without a next time waits for its client. */
function pauseMs(dueMs: number | null, nowMs: number): number {
  const { maxSubscriptionIdleMs } = epcisLimits;
  return dueMs === null ? maxSubscriptionIdleMs : Math.min(Math.max(0, dueMs - nowMs), maxSubscriptionIdleMs);
}
