import { ProtocolError } from '@hopline/protocol';
import { canonicalId, isJsonObject, type Json, type JsonObject } from '@hopline/protocol/epcis';
import {
  type GS1Identifier,
  maxCompanyPrefixDigits,
  minCompanyPrefixDigits,
  parseIdentifier,
  toUrn,
} from '@hopline/protocol/gs1';
import { GatewayError } from '../../gateway-error.ts';
import { plainTerms } from './plain-terms.ts';
import type { Translate } from './query-document.ts';

/** What a client wants identifiers to look like (header GS1-EPC-Format). */
export const epcFormats = ['No_Preference', 'Always_GS1_Digital_Link', 'Always_EPC_URN', 'Never_Translates'] as const;
export type EpcFormat = (typeof epcFormats)[number];

/** Company prefixes that are known, by which a Digital Link is cut into a URN. */
export type CompanyPrefixes = ReadonlySet<string>;

/** Fields of an event that hold one identifier or a list of them, and objects with such fields. */
const idFields = new Set([
  'epcList',
  'childEPCs',
  'inputEPCList',
  'outputEPCList',
  'parentID',
  'epcClass',
  'transformationID',
  'bizTransaction',
  'source',
  'destination',
  'deviceID',
]);
const nested = new Set([
  'quantityList',
  'childQuantityList',
  'inputQuantityList',
  'outputQuantityList',
  'bizTransactionList',
  'sourceList',
  'destinationList',
  'sensorElementList',
  'sensorMetadata',
  'sensorReport',
]);
const places = new Set(['readPoint', 'bizLocation']);

/** The translation of a format, which also writes terms as JSON has them. Extensions, ILMD and event ids stay as they are: nobody knows what is an identifier in them. */
export function translation(format: EpcFormat, prefixes: CompanyPrefixes): Translate {
  switch (format) {
    case 'No_Preference':
    case 'Never_Translates':
      return (event) => event;
    case 'Always_GS1_Digital_Link':
      // Links stay as they are: one with a lot and a serial number says more than its canonical form.
      return (event) => translated(plainTerms(event), (id) => (id.startsWith('urn:epc:') ? canonicalId(id) : id));
    case 'Always_EPC_URN':
      return (event) => translated(plainTerms(event), (id) => urnOf(id, prefixes));
  }
}

function translated(object: JsonObject, translate: (id: string) => string): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      if (idFields.has(name)) return [name, mapTexts(value, translate)];
      if (nested.has(name)) return [name, mapObjects(value, (entry) => translated(entry, translate))];
      if (places.has(name)) return [name, mapObjects(value, (place) => mapId(place, translate))];
      return [name, value];
    }),
  );
}

function mapId(place: JsonObject, translate: (id: string) => string): JsonObject {
  return typeof place.id === 'string' ? { ...place, id: translate(place.id) } : place;
}

function mapTexts(value: Json, translate: (id: string) => string): Json {
  if (Array.isArray(value)) return value.map((entry: Json) => mapTexts(entry, translate));
  return typeof value === 'string' ? translate(value) : value;
}

function mapObjects(value: Json, change: (entry: JsonObject) => JsonObject): Json {
  if (Array.isArray(value)) return value.map((entry: Json) => mapObjects(entry, change));
  return isJsonObject(value) ? change(value) : value;
}

/** The URN of a GS1 key; other URIs, and keys that are written as URNs, stay. */
function urnOf(id: string, prefixes: CompanyPrefixes): string {
  if (!/^https?:/i.test(id)) return id;
  const key = keyOf(id);
  if (key === null) return id;
  const length = prefixLength(digitsOf(key), prefixes);
  if (length === undefined) {
    throw new GatewayError('not-acceptable', 'no URN: the length of the company prefix is not known', {
      identifier: id,
    });
  }
  return toUrn(key, length);
}

function keyOf(id: string): GS1Identifier | null {
  try {
    return parseIdentifier(id);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** The key from its company prefix on. */
function digitsOf(key: GS1Identifier): string {
  switch (key.kind) {
    case 'gtin':
    case 'lgtin':
    case 'sgtin':
      return key.gtin.slice(1);
    case 'sscc':
      return key.sscc.slice(1);
    case 'gln':
    case 'sgln':
    case 'pgln':
      return key.gln;
    case 'grai':
      return key.assetType;
    case 'giai':
      return key.giai;
  }
}

function prefixLength(digits: string, prefixes: CompanyPrefixes): number | undefined {
  for (let length = maxCompanyPrefixDigits; length >= minCompanyPrefixDigits; length--) {
    if (prefixes.has(digits.slice(0, length))) return length;
  }
  return undefined;
}
