import type { z } from 'zod';
import { fromUtf8, utf8 } from '../bytes.ts';
import { ProtocolError, type ProtocolErrorCode } from '../error.ts';
import { duplicateName } from './duplicate-name.ts';
import { type EpcisEvent, eventSchema } from './event-schema.ts';
import type { RefusalParams } from './fields.ts';
import { assertBoundedJson, isJsonObject, type Json, type JsonObject, pointerTo } from './json.ts';
import { defaultEpcisLimits, type EpcisLimits, maxProblemsReported } from './limits.ts';
import { plainWords } from './plain-words.ts';

/** Shapes in which events arrive. */
export type DocumentForm = 'EPCISDocument' | 'EPCISQueryDocument' | 'event-list' | 'event';

/** An event as it stands in its document, not yet checked. */
export interface EventSource {
  /**
   * The event, with the JSON-LD context of its document put into it: on its own it means, and hashes to, the same.
   */
  readonly source: JsonObject;
  /** JSON pointer (RFC 6901) to it. */
  readonly pointer: string;
}

/** A document taken apart. */
export interface OpenedDocument {
  readonly form: DocumentForm;
  /** The document as it was sent. */
  readonly json: Json;
  readonly schemaVersion: string | null;
  readonly creationDate: string | null;
  readonly sources: readonly EventSource[];
}

/** An event of a document, checked. */
export interface ParsedEvent extends EventSource {
  readonly event: EpcisEvent;
}

/** A document whose events are all right. */
export interface ParsedDocument extends Omit<OpenedDocument, 'sources'> {
  readonly events: readonly ParsedEvent[];
}

/** One fault of an event. */
export interface Problem {
  readonly pointer: string;
  readonly code: ProtocolErrorCode;
  readonly message: string;
}

/**
 * Reads a document and every event in it. Nothing is half accepted: the first event with a fault refuses the document.
 * Use `openDocument` and `parseEvent` to go on with the others.
 * @param input JSON as text, UTF-8 bytes or value: an EPCISDocument or EPCISQueryDocument, a list of events, or one
 * @throws ProtocolError with an `epcis-…`, `gs1-…` or `too-large` code; `details.pointer` says where, and
 *   `details.problems` lists what is wrong with that event
 */
export function parseDocument(input: unknown, limits: EpcisLimits = defaultEpcisLimits): ParsedDocument {
  const { sources, ...document } = openDocument(input, limits);
  return { ...document, events: sources.map((source) => ({ ...source, event: parseEvent(source, limits) })) };
}

/** Reads a document as far as its list of events; throws as `parseDocument`. */
export function openDocument(input: unknown, limits: EpcisLimits = defaultEpcisLimits): OpenedDocument {
  const json = jsonOf(input, limits);
  assertBoundedJson(json, limits);
  const { form, events, pointer } = locateEvents(json);
  if (events.length > limits.maxEventsPerDocument) {
    throw new ProtocolError('epcis-limit', `${events.length} events in one document`, {
      pointer,
      maxEventsPerDocument: limits.maxEventsPerDocument,
    });
  }
  const root = isJsonObject(json) ? json : {};
  const isDocument = form === 'EPCISDocument' || form === 'EPCISQueryDocument';
  const context = isDocument ? contextsOf(root) : [];
  return {
    form,
    json,
    schemaVersion: textOrNull(isDocument ? root.schemaVersion : undefined),
    creationDate: textOrNull(isDocument ? root.creationDate : undefined),
    sources: events.map((event, index) => {
      const at =
        form === 'event' || (form === 'EPCISDocument' && pointer.endsWith('/event'))
          ? pointer
          : pointerTo(pointer, index);
      if (!isJsonObject(event)) throw new ProtocolError('epcis-malformed', 'An event is an object', { pointer: at });
      return { source: withContext(event, context), pointer: at };
    }),
  };
}

/**
 * Checks one event; throws as `parseDocument`.
 * @param pointer where the event stands, for the pointers of its faults
 */
export function parseEvent({ source, pointer }: EventSource, limits: EpcisLimits = defaultEpcisLimits): EpcisEvent {
  const result = schemaFor(limits).safeParse(source, { error: plainWords });
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, maxProblemsReported).map((issue) => problemOf(issue, pointer));
  const [first] = problems;
  if (first === undefined) throw new ProtocolError('epcis-malformed', 'Not an EPCIS event', { pointer });
  throw new ProtocolError(first.code, `${first.message} (at ${first.pointer})`, {
    ...refusalOf(result.error.issues[0])?.details,
    pointer: first.pointer,
    problems,
  });
}

const schemasByLimits = new WeakMap<EpcisLimits, ReturnType<typeof eventSchema>>();

/** Schemas are built once for each set of limits: building them costs more than parsing an event. */
function schemaFor(limits: EpcisLimits): ReturnType<typeof eventSchema> {
  const known = schemasByLimits.get(limits);
  if (known !== undefined) return known;
  const schema = eventSchema(limits);
  schemasByLimits.set(limits, schema);
  return schema;
}

function jsonOf(input: unknown, limits: EpcisLimits): unknown {
  if (typeof input !== 'string' && !(input instanceof Uint8Array)) return input;
  // A text has at least as many bytes as UTF-16 units, so a long one need not be encoded to be refused.
  const bytes = typeof input !== 'string' ? input.length : Math.max(input.length, utf8Length(input, limits));
  if (bytes > limits.maxDocumentBytes) {
    throw new ProtocolError('too-large', 'The document is too large', {
      bytes,
      maxDocumentBytes: limits.maxDocumentBytes,
    });
  }
  const text = typeof input === 'string' ? input : textOf(input);
  if (/^\s*</.test(text)) {
    throw new ProtocolError('epcis-xml', 'EPCIS in XML is not read here: send JSON', { pointer: '' });
  }
  const json = parseJson(text);
  const twice = duplicateName(text);
  if (twice === null) return json;
  throw new ProtocolError('epcis-malformed', 'A field is given twice, and nobody knows which one counts', {
    pointer: twice,
  });
}

/** Windows puts U+FEFF in front of its texts, which RFC 8259, section 8.1, lets a reader ignore. */
function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes).replace(/^\ufeff/, '');
  } catch (cause) {
    throw new ProtocolError('epcis-malformed', 'Not JSON in UTF-8', { pointer: '' }, { cause });
  }
}

/** What is not JSON has no pointers, but its reader knows line and column. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : '';
    throw new ProtocolError('epcis-malformed', 'Not JSON in UTF-8', { pointer: '', detail }, { cause });
  }
}

function utf8Length(text: string, limits: EpcisLimits): number {
  return text.length > limits.maxDocumentBytes ? text.length : utf8(text).length;
}

function locateEvents(json: Json): { form: DocumentForm; events: readonly Json[]; pointer: string } {
  if (Array.isArray(json)) return { form: 'event-list', events: json, pointer: '' };
  if (!isJsonObject(json)) throw new ProtocolError('epcis-malformed', 'Not an EPCIS document', { pointer: '' });
  const body = isJsonObject(json.epcisBody) ? json.epcisBody : {};
  switch (json.type) {
    case 'EPCISDocument':
      assertVersion(json);
      if (body.event !== undefined) return { form: json.type, events: [body.event], pointer: '/epcisBody/event' };
      return { form: json.type, ...listAt(body.eventList, '/epcisBody/eventList') };
    case 'EPCISQueryDocument': {
      assertVersion(json);
      const results = isJsonObject(body.queryResults) ? body.queryResults : {};
      const resultsBody = isJsonObject(results.resultsBody) ? results.resultsBody : {};
      return { form: json.type, ...listAt(resultsBody.eventList, '/epcisBody/queryResults/resultsBody/eventList') };
    }
    default:
      return { form: 'event', events: [json], pointer: '' };
  }
}

function listAt(list: Json | undefined, pointer: string): { events: readonly Json[]; pointer: string } {
  if (Array.isArray(list)) return { events: list, pointer };
  throw new ProtocolError('epcis-malformed', 'No list of events', { pointer });
}

function assertVersion(document: JsonObject): void {
  const version = String(document.schemaVersion);
  if (/^2\.\d+(\.\d+)?$/.test(version)) return;
  throw new ProtocolError('version-unknown', `EPCIS ${version} is not read here`, {
    pointer: '/schemaVersion',
    version,
  });
}

function contextsOf(holder: JsonObject): readonly Json[] {
  const context = holder['@context'];
  return context === undefined ? [] : Array.isArray(context) ? context : [context];
}

function withContext(event: JsonObject, context: readonly Json[]): JsonObject {
  return context.length === 0 ? event : { '@context': [...context, ...contextsOf(event)], ...withoutContext(event) };
}

function withoutContext({ '@context': _context, ...event }: JsonObject): JsonObject {
  return event;
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function problemOf(issue: z.core.$ZodIssue, pointer: string): Problem {
  return {
    pointer: issue.path.reduce<string>(pointerTo, pointer),
    code: refusalOf(issue)?.code ?? (issue.code === 'too_big' ? 'epcis-limit' : 'epcis-malformed'),
    message: issue.message,
  };
}

function refusalOf(issue: z.core.$ZodIssue | undefined): RefusalParams | undefined {
  // Only readText and quantity put params there, and always these.
  return issue?.code === 'custom' ? (issue.params as RefusalParams | undefined) : undefined;
}
