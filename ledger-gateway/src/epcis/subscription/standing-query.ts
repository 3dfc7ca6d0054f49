import type { JsonObject } from '@hopline/protocol/epcis';
import { GatewayError } from '../../gateway-error.ts';
import type { Queryable } from '../../store/database.ts';
import { readCompanyPrefixes } from '../answer/company-prefixes.ts';
import { queryDocument } from '../answer/query-document.ts';
import { type EpcFormat, translation } from '../answer/translate-identifiers.ts';
import { epcisLimits } from '../limits.ts';
import type { PageRow } from '../query/compile-query.ts';
import { parseQuery } from '../query/parse-query.ts';
import type { EventQuery } from '../query/predicate.ts';
import { rawFromJson } from '../query/raw-parameters.ts';
import { type FoundEvent, fitting, pageRows } from '../query/run-query.ts';

/**
 * A named query as a standing one: it reports in the order of commits. Whatever its order and limits are, each event comes once.
 * @param initialRecordMs earlier events are left out
 */
export function standing(definition: JsonObject, initialRecordMs: number | null): EventQuery {
  const query = parseQuery(rawFromJson(definition));
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

/** What a standing query finds next. */
export interface News {
  readonly shown: readonly PageRow[];
  readonly more: boolean;
  /** Up to where nothing is left to report. */
  readonly position: number;
}

/** Looks for the events of one report behind `after`, up to `asOf`. */
export async function findNews(
  on: Queryable,
  query: EventQuery,
  { after, asOf, limit }: { readonly after: number; readonly asOf: number; readonly limit: number },
): Promise<News> {
  const rows = await pageRows(on, query, { asOf, after, from: null, limit: limit + 1 });
  const shown = fitting(rows.slice(0, limit), epcisLimits.maxReportBytes);
  const more = rows.length > shown.length;
  return { shown, more, position: more ? (shown.at(-1)?.seq ?? asOf) : asOf };
}

export interface ReportAbout {
  readonly queryName: string;
  readonly subscriptionId?: string;
  readonly format: EpcFormat;
  readonly nowMs: number;
  readonly publicUrl: string;
}

/** A report: an EPCISQueryDocument, or a problem where one event alone is too large to be sent. */
export async function reportDocument(
  on: Queryable,
  events: readonly FoundEvent[],
  { queryName, subscriptionId, format, nowMs, publicUrl }: ReportAbout,
): Promise<unknown> {
  const [first] = events;
  if (first !== undefined && Buffer.byteLength(first.source) > epcisLimits.maxReportBytes) {
    return {
      type: 'epcisException:QueryTooLargeException',
      title: 'an event is too large to be reported: fetch it',
      status: 413,
      subscriptionID: subscriptionId,
      queryName,
      events: `${publicUrl}/epcis/events/${encodeURIComponent(first.hash)}`,
    };
  }
  const options = { nowMs, queryName, subscriptionId };
  try {
    return queryDocument(events, { ...options, translate: translation(format, await readCompanyPrefixes(on)) });
  } catch (error) {
    // An identifier that has no URN must not keep the report back: then all of it goes as it was captured.
    if (!(error instanceof GatewayError) || error.code !== 'not-acceptable') throw error;
    return queryDocument(events, { ...options, translate: (event) => event });
  }
}
