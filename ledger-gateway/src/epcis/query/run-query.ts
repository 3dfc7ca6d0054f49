import { GatewayError } from '../../gateway-error.ts';
import type { Queryable } from '../../store/database.ts';
import { epcisLimits } from '../limits.ts';
import { compileCount, compilePage, type PageKey, type PageRow, type Window } from './compile-query.ts';
import { type PageToken, questionOf, readPageToken, writePageToken } from './page-token.ts';
import type { EventQuery, Order } from './predicate.ts';

/** An event as it was captured. */
export interface FoundEvent {
  readonly seq: number;
  /** The sender's JSON with the context of its document. */
  readonly source: string;
  /** The CBV event hash: the name of an event whose sender gave none. */
  readonly hash: string;
  readonly recordedMs: number;
}

export interface EventPage {
  readonly events: readonly FoundEvent[];
  /** Token of the next page; `null` on the last one. */
  readonly next: string | null;
}

/**
 * One page of a query's result. Pages show the events that were there when the first was asked for: what is captured in
 * the meantime moves nothing.
 * @throws GatewayError `query-parameter` for a wrong token, `query-too-large` beyond `maxEventCount`
 */
export async function runQuery(
  on: Queryable,
  query: EventQuery,
  page: { readonly perPage: number; readonly token: string | undefined },
): Promise<EventPage> {
  const question = questionOf(query);
  const token = page.token === undefined ? null : readPageToken(page.token, question);
  const asOf = token?.asOf ?? (await lastSeq(on));
  if (token === null) await refuseTooLarge(on, query, asOf);
  const given = token?.given ?? 0;
  const wanted = Math.min(page.perPage, (query.eventCountLimit ?? Number.POSITIVE_INFINITY) - given);
  const rows = await pageRows(on, query, { asOf, from: beginning(token), limit: wanted + 1 });
  const shown = fitting(rows.slice(0, wanted), epcisLimits.maxPageBytes);
  const last = shown.at(-1);
  const exhausted = given + shown.length >= (query.eventCountLimit ?? Number.POSITIVE_INFINITY);
  const more = last !== undefined && rows.length > shown.length && !exhausted;
  return {
    events: await loadEvents(on, shown),
    next: more
      ? writePageToken({
          question,
          asOf,
          from: keyAfter(query.order, last, given + shown.length),
          given: given + shown.length,
        })
      : null,
  };
}

/** The number of the last event; 0 where there is none. */
export async function lastSeq(on: Queryable): Promise<number> {
  const [row] = await on.query<{ seq: number | null }>('select max(seq) as seq from epcis_events');
  return row?.seq ?? 0;
}

/** Rows of a window of a result. */
export function pageRows(on: Queryable, query: EventQuery, window: Window): Promise<PageRow[]> {
  const { text, values } = compilePage(query, window);
  return on.query<PageRow>(text, values);
}

/** The first rows whose events stay within a size, at least one. */
export function fitting(rows: readonly PageRow[], maxBytes: number): readonly PageRow[] {
  let bytes = 0;
  const end = rows.findIndex((row, at) => {
    bytes += row.bytes;
    return at > 0 && bytes > maxBytes;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

/** The events of rows, in their order. */
export async function loadEvents(on: Queryable, rows: readonly Pick<PageRow, 'seq'>[]): Promise<FoundEvent[]> {
  if (rows.length === 0) return [];
  const found = await on.query<{ seq: number; source: string; event: string; recorded_ms: number }>(
    'select seq, source, event, recorded_ms from epcis_events where seq = any($1::bigint[])',
    [rows.map(({ seq }) => seq)],
  );
  const bySeq = new Map(found.map((row) => [row.seq, row]));
  return rows.flatMap(({ seq }) => {
    const row = bySeq.get(seq);
    return row === undefined ? [] : [{ seq, source: row.source, hash: row.event, recordedMs: row.recorded_ms }];
  });
}

async function refuseTooLarge(on: Queryable, query: EventQuery, asOf: number): Promise<void> {
  const { maxEventCount } = query;
  if (maxEventCount === null) return;
  const { text, values } = compileCount(query, asOf, maxEventCount);
  const [row] = await on.query<{ count: number }>(text, values);
  if ((row?.count ?? 0) > maxEventCount) {
    throw new GatewayError('query-too-large', 'the query finds more events than maxEventCount allows', {
      maxEventCount,
    });
  }
}

function beginning(token: PageToken | null): PageKey | null {
  if (token === null || token.from.by === 'text') return null;
  return token.from;
}

function keyAfter(order: Order, last: PageRow, given: number): PageKey {
  switch (order.by) {
    case 'commit':
      return { by: 'commit', seq: last.seq };
    case 'eventTime':
      return { by: 'time', ms: last.time_ms, seq: last.seq };
    case 'recordTime':
      return { by: 'time', ms: last.recorded_ms, seq: last.seq };
    case 'field':
      return { by: 'field', offset: given };
  }
}
