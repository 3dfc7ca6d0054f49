import { isJsonObject, type Json, type JsonObject } from '@hopline/protocol/epcis';
import type { FoundEvent } from '../query/run-query.ts';

/** The context that every EPCIS 2.0 document refers to. */
export const epcisContext = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld';

/** The name of the query that has none of its own (EPCIS 2.0, section 8.2.7.1); the standard's schema wants one. */
const simpleEventQuery = 'SimpleEventQuery';

/** Changes the identifiers of an event, or nothing. */
export type Translate = (event: JsonObject) => JsonObject;

export interface QueryDocumentOptions {
  readonly nowMs: number;
  readonly translate: Translate;
  readonly queryName?: string | undefined;
  readonly subscriptionId?: string | undefined;
}

/**
 * An EPCISQueryDocument with events as they were captured: the sender's own fields and names, and besides them the time at
 * which this repository recorded the event, and the event's hash as its id where the sender gave none.
 */
export function queryDocument(events: readonly FoundEvent[], options: QueryDocumentOptions): JsonObject {
  const { nowMs, translate, queryName = simpleEventQuery, subscriptionId } = options;
  const shown = events.map((event) => translate(shownEvent(event)));
  const { context, eventList } = sharedContext(shown);
  return {
    '@context': context,
    type: 'EPCISQueryDocument',
    schemaVersion: '2.0',
    creationDate: new Date(nowMs).toISOString(),
    epcisBody: {
      queryResults: {
        ...(subscriptionId === undefined ? {} : { subscriptionID: subscriptionId }),
        queryName,
        resultsBody: { eventList },
      },
    },
  };
}

/** One event as it is shown, with its own context. */
export function shownEvent({ source, hash, recordedMs }: FoundEvent): JsonObject {
  const event: unknown = JSON.parse(source);
  if (!isJsonObject(event)) throw new Error('a stored event is not an object');
  return { ...event, eventID: event.eventID ?? hash, recordTime: new Date(recordedMs).toISOString() };
}

/**
 * Events of one document have one context, which then stands in the answer's head; those of several keep their own, since
 * the same prefix may stand for different namespaces in them.
 */
function sharedContext(events: readonly JsonObject[]): { context: Json; eventList: readonly JsonObject[] } {
  const contexts = new Set(events.map((event) => JSON.stringify(event['@context'] ?? null)));
  const [first] = events;
  const only = contexts.size === 1 ? first?.['@context'] : undefined;
  if (only === undefined) return { context: [epcisContext], eventList: events };
  return { context: withEpcisContext(only), eventList: events.map(({ '@context': _context, ...event }) => event) };
}

function withEpcisContext(context: Json): Json {
  const entries: readonly Json[] = Array.isArray(context) ? context : [context];
  const hasEpcis = entries.some((entry) => typeof entry === 'string' && /epcis-context\.jsonld$/.test(entry));
  return hasEpcis ? entries : [epcisContext, ...entries];
}
