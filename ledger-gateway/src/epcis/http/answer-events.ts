import type { Context } from 'hono';
import type { AppContext, AppEnv } from '../../http/app-context.ts';
import { readCompanyPrefixes } from '../answer/company-prefixes.ts';
import { queryDocument, type Translate } from '../answer/query-document.ts';
import { type EpcFormat, translation } from '../answer/translate-identifiers.ts';
import { epcisLimits } from '../limits.ts';
import type { EventQuery } from '../query/predicate.ts';
import { readPage } from '../query/read-page.ts';
import { type EventPage, runQuery } from '../query/run-query.ts';
import { withinTime } from '../query/within-time.ts';
import { versionHeaders } from './discovery.ts';
import { demandCbvFormat, demandVersions, epcFormat, negotiateType } from './negotiate.ts';

/** Answers with a page of a query's events as an EPCISQueryDocument, in the form that the client wants. */
export async function answerEvents(
  app: AppContext,
  c: Context<AppEnv>,
  query: EventQuery,
  queryName?: string,
): Promise<Response> {
  const wanted = readWishes(c);
  const request = readPage(new URL(c.req.url).searchParams);
  const page = await withinTime(app.store.database, epcisLimits.queryTimeoutMs, (tx) => runQuery(tx, query, request));
  return eventsResponse(app, c, page, wanted, queryName);
}

export interface Wishes {
  readonly type: string;
  readonly format: EpcFormat;
}

/** What a client wants of an answer with events; throws `not-acceptable` before anything is looked up. */
export function readWishes(c: Context<AppEnv>): Wishes {
  const type = negotiateType(c);
  demandVersions(c);
  demandCbvFormat(c);
  return { type, format: epcFormat(c) };
}

export async function eventsResponse(
  app: AppContext,
  c: Context<AppEnv>,
  page: EventPage,
  { type, format }: Wishes,
  queryName?: string,
): Promise<Response> {
  const document = queryDocument(page.events, {
    nowMs: app.clock.now(),
    translate: await translationFor(app, format),
    queryName,
  });
  return c.body(JSON.stringify(document), 200, {
    'content-type': type,
    ...versionHeaders,
    'GS1-EPC-Format': format,
    ...nextLink(c, page.next),
  });
}

/** The translation of a format, with the company prefixes that it needs. */
export async function translationFor(app: Pick<AppContext, 'store'>, format: EpcFormat): Promise<Translate> {
  return translation(format, format === 'Always_EPC_URN' ? await readCompanyPrefixes(app.store) : new Set());
}

/** The address of the next page (RFC 8288). Tokens do not expire. */
export function nextLink(c: Context<AppEnv>, token: string | null): Record<string, string> {
  if (token === null) return {};
  const { pathname, searchParams } = new URL(c.req.url);
  const search = new URLSearchParams(searchParams);
  search.set('nextPageToken', token);
  return { Link: `<${pathname}?${search.toString()}>; rel="next"` };
}
