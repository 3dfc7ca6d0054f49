import { toHex, utf8 } from '../bytes.ts';
import { ProtocolError } from '../error.ts';
import { prefixesOf } from './expand-name.ts';
import { elementsOf } from './hash/element.ts';
import { type FieldOrder, stringAll, stringOrdered } from './hash/pre-hash.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { vocabularies, webTerm } from './vocabulary.ts';

/**
 * The event hash of CBV 2.0, section 8.9: a name for an event that follows from what it says, whatever syntax it is written in.
 *
 * Where the standard's text and its reference implementation (RalphTro/epcis-event-hash-generator) part, the published hash
 * values decide, and they are the implementation's: a type comes before its value, and lists of business transactions,
 * destinations, sources and the ILMD follow the other fields in the order of their names. In two cases that no published value
 * covers, the text decides: a time exactly between two milliseconds rounds up, and `cbv:` and `gs1:` in front of a standard
 * term are expanded even if the document does not declare them.
 */
const quantities: FieldOrder = [['quantityElement', [['epcClass'], ['quantity'], ['uom']]]];
const epcs: FieldOrder = [['epc']];
const idOnly: FieldOrder = [['id']];
const sensorMetadata: FieldOrder = [
  ['time'],
  ['startTime'],
  ['endTime'],
  ['deviceID'],
  ['deviceMetadata'],
  ['rawData'],
  ['dataProcessingMethod'],
  ['bizRules'],
];
const sensorReport: FieldOrder = [
  ['type'],
  ['exception'],
  ['deviceID'],
  ['deviceMetadata'],
  ['rawData'],
  ['dataProcessingMethod'],
  ['time'],
  ['microorganism'],
  ['chemicalSubstance'],
  ['value'],
  ['component'],
  ['stringValue'],
  ['booleanValue'],
  ['hexBinaryValue'],
  ['uriValue'],
  ['minValue'],
  ['maxValue'],
  ['meanValue'],
  ['sDev'],
  ['percRank'],
  ['percValue'],
  ['uom'],
  ['coordinateReferenceSystem'],
];
const eventOrder: FieldOrder = [
  ['eventTime'],
  ['eventTimeZoneOffset'],
  ['certificationInfo'],
  ['parentID'],
  ['epcList', epcs],
  ['inputEPCList', epcs],
  ['childEPCs', epcs],
  ['quantityList', quantities],
  ['childQuantityList', quantities],
  ['inputQuantityList', quantities],
  ['outputEPCList', epcs],
  ['outputQuantityList', quantities],
  ['action'],
  ['transformationID'],
  ['bizStep'],
  ['disposition'],
  ['persistentDisposition', [['set'], ['unset']]],
  ['readPoint', idOnly],
  ['bizLocation', idOnly],
  [
    'sensorElementList',
    [
      [
        'sensorElement',
        [
          ['sensorMetadata', sensorMetadata],
          ['sensorReport', sensorReport],
        ],
      ],
    ],
  ],
];

/** Fields that identify or annotate an event and are not part of what it says. */
const outsideHash = new Set(['@context', 'type', 'recordTime', 'eventID', 'errorDeclaration']);

const declarationOrder: FieldOrder = [['declarationTime'], ['reason'], ['correctiveEventIDs']];

/**
 * The text whose digest names the event.
 * @param source the event as JSON, with the JSON-LD context that applies to it (`EventSource.source`); of bounded depth
 * @throws ProtocolError `epcis-malformed` where there is no event type
 */
export function preHashString(source: JsonObject): string {
  const { type } = source;
  if (typeof type !== 'string') throw new ProtocolError('epcis-malformed', 'An event has a type', { pointer: '/type' });
  const namespaces = prefixesOf(source['@context']);
  const fields = Object.entries(expandTerms(source)).filter(([name]) => !outsideHash.has(name));
  const { text, rest } = stringOrdered(elementsOf(Object.fromEntries(fields), namespaces), eventOrder, false);
  return `eventType=${type}${text}${stringAll(rest)}`;
}

/** The event's name: `ni:///sha-256;{hex}?ver=CBV2.0` (RFC 6920). Takes and throws as `preHashString`. */
export async function eventHash(source: JsonObject): Promise<string> {
  return `ni:///sha-256;${await sha256Hex(preHashString(source))}?ver=CBV2.0`;
}

/**
 * A digest of the event's error declaration, in lower-case hexadecimal; null where it has none. Times, terms and the order
 * of corrective events are brought to one form, as in the event hash.
 */
export async function errorDeclarationDigest(source: JsonObject): Promise<string | null> {
  const { errorDeclaration } = source;
  if (!isJsonObject(errorDeclaration)) return null;
  const namespaces = prefixesOf(source['@context']);
  const declaration = replaceTerms(errorDeclaration, { reason: vocabularies.errorReason });
  const { text, rest } = stringOrdered(elementsOf(declaration, namespaces), declarationOrder, true);
  return sha256Hex(`errorDeclaration${text}${stringAll(rest)}`);
}

/**
 * What makes capture idempotent: the event's hash, and for a declaration of error its digest behind it (`…#{hex}`), because
 * the hash is the same for the event and for its retraction.
 */
export async function captureKey(source: JsonObject): Promise<string> {
  const [hash, declaration] = await Promise.all([eventHash(source), errorDeclarationDigest(source)]);
  return declaration === null ? hash : `${hash}#${declaration}`;
}

/** Writes CBV terms as web URIs, in the fields that hold them. */
function expandTerms(event: JsonObject): JsonObject {
  const { bizTransactionType, sourceDestinationType, measurementType, sensorException, component } = vocabularies;
  const { disposition } = vocabularies;
  const report = { type: measurementType, exception: sensorException, component };
  const nested: Record<string, (entry: JsonObject) => JsonObject> = {
    persistentDisposition: (entry) => replaceTerms(entry, { set: disposition, unset: disposition }),
    bizTransactionList: (entry) => replaceTerms(entry, { type: bizTransactionType }),
    sourceList: (entry) => replaceTerms(entry, { type: sourceDestinationType }),
    destinationList: (entry) => replaceTerms(entry, { type: sourceDestinationType }),
    sensorElementList: (entry) =>
      entry.sensorReport === undefined
        ? entry
        : { ...entry, sensorReport: mapObjects(entry.sensorReport, (one) => replaceTerms(one, report)) },
  };
  const terms = replaceTerms(event, { bizStep: vocabularies.bizStep, disposition });
  return Object.fromEntries(
    Object.entries(terms).map(([name, value]) => {
      const replace = Object.hasOwn(nested, name) ? nested[name] : undefined;
      return [name, replace === undefined ? value : mapObjects(value, replace)];
    }),
  );
}

function mapObjects(value: Json, replace: (entry: JsonObject) => JsonObject): Json {
  if (Array.isArray(value)) return value.map((entry: Json) => mapObjects(entry, replace));
  return isJsonObject(value) ? replace(value) : value;
}

function replaceTerms(entry: JsonObject, fields: Record<string, Parameters<typeof webTerm>[0]>): JsonObject {
  return Object.fromEntries(
    Object.entries(entry).map(([name, value]) => {
      const vocabulary = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return [name, vocabulary === undefined ? value : mapTexts(value, (text) => webTerm(vocabulary, text))];
    }),
  );
}

function mapTexts(value: Json, replace: (text: string) => string): Json {
  if (Array.isArray(value)) return value.map((entry: Json) => mapTexts(entry, replace));
  return typeof value === 'string' ? replace(value) : value;
}

async function sha256Hex(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))));
}
