import { ProtocolError } from '@hopline/protocol';
import {
  defaultEpcisLimits,
  type EventSource,
  isJsonObject,
  type Json,
  type JsonObject,
  ledgerEpcisLimits,
  openDocument,
} from '@hopline/protocol/epcis';
import { withoutMasterData } from '@hopline/protocol/master-data';
import { GatewayError } from '../../gateway-error.ts';
import { epcisLimits } from '../limits.ts';

/** One event of a document that is to be captured. */
export interface DocumentEvent extends EventSource {
  /** As it stands in the document, without the document's context. */
  readonly raw: Json;
  /** UTF-8 bytes of it as JSON. */
  readonly bytes: number;
}

/** A document taken apart for its capture; its events are not checked yet. */
export interface CaptureDocument {
  /** The document as it was sent, without master data. */
  readonly json: Json;
  /** Where master data stood in it, if there was any. */
  readonly masterData: string | null;
  readonly events: readonly DocumentEvent[];
}

/**
 * Takes a document apart: an EPCISDocument, an EPCISQueryDocument, a list of events, or one event.
 * @throws ProtocolError `epcis-…` or `too-large` with the place in the document
 */
export function openCaptureDocument(bytes: Uint8Array): CaptureDocument {
  const { json: sent, sources } = openDocument(bytes, {
    ...defaultEpcisLimits,
    maxDocumentBytes: epcisLimits.maxCaptureBytes,
    maxEventsPerDocument: epcisLimits.maxCaptureEvents,
  });
  if (sources.length === 0) throw new ProtocolError('epcis-malformed', 'There is no event in it', { pointer: '' });
  const { document: json, pointer: masterData } = withoutMasterData(sent);
  return {
    json,
    masterData,
    events: sources.map((source) => {
      const raw = valueAt(json, source.pointer);
      return { ...source, raw, bytes: Buffer.byteLength(JSON.stringify(raw)) };
    }),
  };
}

/** Room for the envelope of a statement: headers and signature. */
const envelopeBytes = 1_024;

/**
 * Refuses a document that is to be captured as a whole and does not fit one transaction.
 * @throws GatewayError `too-large`, which says how it can be captured all the same
 */
export function demandOneTransaction({ json, events }: CaptureDocument): void {
  const bytes = Buffer.byteLength(JSON.stringify(json)) + envelopeBytes;
  const { maxEventsPerDocument, maxDocumentBytes } = ledgerEpcisLimits;
  if (events.length <= maxEventsPerDocument && bytes <= maxDocumentBytes) return;
  throw new GatewayError(
    'too-large',
    'the document does not fit one transaction: send it with GS1-Capture-Error-Behaviour: proceed, or in parts',
    {
      events: events.length,
      maxEventsPerTransaction: maxEventsPerDocument,
      bytes,
      maxBytesPerTransaction: maxDocumentBytes,
    },
  );
}

/** A document with some of the events of another and its context, so that each means the same as it did there. */
export function partOf({ json }: CaptureDocument, events: readonly DocumentEvent[]): Json {
  const eventList = events.map(({ raw }) => raw);
  if (!isJsonObject(json) || !['EPCISDocument', 'EPCISQueryDocument'].includes(String(json.type))) return eventList;
  const head: JsonObject = json['@context'] === undefined ? {} : { '@context': json['@context'] };
  return {
    ...head,
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    ...(json.creationDate === undefined ? {} : { creationDate: json.creationDate }),
    epcisBody: { eventList },
  };
}

/** The value at a JSON pointer that `openDocument` gave: it is there. */
function valueAt(json: Json, pointer: string): Json {
  let value: Json = json;
  for (const step of pointer.split('/').slice(1)) {
    if (Array.isArray(value)) value = value[Number(step)] ?? null;
    else if (isJsonObject(value)) value = value[step.replaceAll('~1', '/').replaceAll('~0', '~')] ?? null;
  }
  return value;
}
