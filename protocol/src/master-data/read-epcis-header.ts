import { isJsonObject, type Json, type JsonObject, pointerTo } from '../epcis/json.ts';
import { ProtocolError } from '../error.ts';
import { parseIdentifier } from '../gs1/index.ts';
import { buildRecord } from './build-record.ts';
import type { MasterDataKind, ReadMasterData } from './data.ts';

/** Names that the header has, in JSON and in the examples that were made out of XML. */
const headerNames = ['epcisHeader', 'EPCISHeader'] as const;

/** Vocabulary types of EPCIS (section 7.1.4) whose elements are products, places and parties. */
const vocabularies: Readonly<Record<string, MasterDataKind>> = {
  epcclass: 'product',
  businesslocation: 'place',
  readpoint: 'place',
  location: 'place',
  sourcedest: 'organisation',
  party: 'organisation',
};

/** Attributes of the Core Business Vocabulary (CBV 2.0, section 9), without their prefix. */
const attributes: Readonly<Record<MasterDataKind, Readonly<Record<string, string>>>> = {
  product: {
    descriptionShort: 'name',
    regulatedProductName: 'name',
    functionalName: 'commodity',
    tradeItemDescription: 'description',
    labelDescription: 'description',
    brandName: 'brand',
    varietyDescription: 'variety',
    speciesForFisheryStatisticsPurposesName: 'species',
    netContentDescription: 'packagingSize',
    packagingTypeCode: 'packagingStyle',
    gpcCategoryCode: 'gpcBrick',
  },
  place: places(),
  organisation: places(),
};

/** Whether a JSON document is an EPCIS document that carries master data in its header. */
export function hasEpcisMasterData(document: Json): document is JsonObject {
  return masterDataOf(document) !== null;
}

/** A document without the master data in its header. */
export interface WithoutMasterData {
  readonly document: Json;
  /** JSON pointer to what was taken out; `null` where there was nothing. */
  readonly pointer: string | null;
}

/**
 * Takes the master data out of the header of an EPCIS document. Pointers to its events stay the same, and so do their hashes.
 */
export function withoutMasterData(document: Json): WithoutMasterData {
  for (const name of headerNames) {
    const header = isJsonObject(document) ? document[name] : undefined;
    if (!isJsonObject(document) || !isJsonObject(header) || header.epcisMasterData === undefined) continue;
    const { epcisMasterData: _masterData, ...rest } = header;
    return { document: { ...document, [name]: rest }, pointer: `/${name}/epcisMasterData` };
  }
  return { document, pointer: null };
}

/** Reads the master data in the header of an EPCIS document (`epcisHeader.epcisMasterData`, EPCIS 2.0 section 9.5). */
export function readEpcisHeader(document: Json): ReadMasterData {
  const found = masterDataOf(document);
  const ignored = new Set<string>();
  const built = (found?.vocabularies ?? []).flatMap((vocabulary, index) => {
    const at = pointerTo(found?.pointer ?? '', index);
    if (!isJsonObject(vocabulary)) return [];
    const elements = listOf(vocabulary.vocabularyElementList);
    return elements.filter(isJsonObject).map((element, position) => {
      const where = pointerTo(pointerTo(at, 'vocabularyElementList'), position);
      const kind = kindOf(vocabulary, element);
      if (kind !== null) return buildRecord({ kind, at: where, texts: textsOf(kind, element, where, ignored) });
      const problem = {
        at: where,
        field: 'type',
        code: 'kind-unknown' as const,
        message: 'a vocabulary of neither products, places nor parties',
        value: JSON.stringify(vocabulary.type ?? null),
      };
      return { record: null, problems: [problem] };
    });
  });
  return {
    records: built.flatMap(({ record }) => record ?? []),
    problems: built.flatMap(({ problems }) => problems),
    ignored: [...ignored],
  };
}

function places(): Record<string, string> {
  return {
    name: 'name',
    streetAddressOne: 'street',
    city: 'city',
    state: 'region',
    postalCode: 'postalCode',
    countryCode: 'country',
    latitude: 'latitude',
    longitude: 'longitude',
    contactName: 'contactName',
    telephone: 'phone',
    phone: 'phone',
    email: 'email',
  };
}

function masterDataOf(document: Json): { vocabularies: readonly Json[]; pointer: string } | null {
  if (!isJsonObject(document)) return null;
  for (const header of headerNames) {
    const inner = document[header];
    const master = isJsonObject(inner) ? inner.epcisMasterData : undefined;
    if (isJsonObject(master)) {
      return { vocabularies: listOf(master.vocabularyList), pointer: `/${header}/epcisMasterData/vocabularyList` };
    }
  }
  return null;
}

/** By the vocabulary's type; a source or destination with a location's identifier is a place. */
function kindOf(vocabulary: JsonObject, element: JsonObject): MasterDataKind | null {
  const type = typeof vocabulary.type === 'string' ? (vocabulary.type.split(/[:/#]/).at(-1) ?? '') : '';
  const kind = vocabularies[type.toLowerCase()] ?? null;
  if (kind === 'product' || kind === null) return kind;
  try {
    const identified = parseIdentifier(String(element.id)).kind;
    return identified === 'pgln' ? 'organisation' : identified === 'gln' || identified === 'sgln' ? 'place' : kind;
  } catch (error) {
    // Not an identifier: `buildRecord` says what is wrong with it, and where.
    if (error instanceof ProtocolError) return kind;
    throw error;
  }
}

function textsOf(kind: MasterDataKind, element: JsonObject, at: string, ignored: Set<string>) {
  const texts = new Map<string, { text: string; at: string }>();
  if (typeof element.id === 'string') {
    texts.set(kind === 'product' ? 'gtin' : 'gln', { text: element.id, at: pointerTo(at, 'id') });
  }
  for (const [position, attribute] of listOf(element.attributes).entries()) {
    if (!isJsonObject(attribute) || typeof attribute.id !== 'string') continue;
    const name = attribute.id.replace(/^(urn:epcglobal:cbv:mda[:#]|cbvmda:|https:\/\/ref\.gs1\.org\/cbv\/mda-?)/, '');
    const value = attribute.attribute ?? attribute.value;
    const field = attributes[kind][name];
    if (field === undefined || (typeof value !== 'string' && typeof value !== 'number')) ignored.add(name);
    else texts.set(field, { text: String(value), at: pointerTo(pointerTo(at, 'attributes'), position) });
  }
  return texts;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
