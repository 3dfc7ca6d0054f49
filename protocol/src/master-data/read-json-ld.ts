import { isJsonObject, type Json, type JsonObject, pointerTo } from '../epcis/json.ts';
import { buildRecord, type RawRecord } from './build-record.ts';
import type { MasterDataKind, ReadMasterData } from './data.ts';
import { fields } from './fields.ts';

/** Classes of the GS1 Web Vocabulary (https://ref.gs1.org/voc/), with those that a food is usually typed as. */
const classes: Readonly<Record<string, MasterDataKind>> = {
  Product: 'product',
  FoodBeverageTobaccoProduct: 'product',
  FoodBeverageProduct: 'product',
  FruitsVegetables: 'product',
  Seafood: 'product',
  MeatPoultry: 'product',
  MilkButterCreamYogurtCheeseEggsSubstitutes: 'product',
  Place: 'place',
  Organization: 'organisation',
};

/** Where a property's text goes. A nested object is walked with the names of its members. */
const properties: Readonly<Record<MasterDataKind, Readonly<Record<string, string>>>> = {
  product: {
    gtin: 'gtin',
    productName: 'name',
    productDescription: 'description',
    'brand/brandName': 'brand',
    brandName: 'brand',
    functionalName: 'commodity',
    variantDescription: 'variety',
    fishType: 'species',
    'packaging/packagingType': 'packagingStyle',
    netContent: 'packagingSize',
    gpcCategoryCode: 'gpcBrick',
  },
  place: {
    globalLocationNumber: 'gln',
    physicalLocationName: 'name',
    'geo/latitude': 'latitude',
    'geo/longitude': 'longitude',
    containedInPlace: 'partOf',
    owner: 'organisation',
    ...addressProperties(),
  },
  organisation: {
    globalLocationNumber: 'gln',
    partyGLN: 'gln',
    organizationName: 'name',
    organizationLegalName: 'name',
    url: 'website',
    ...addressProperties(),
  },
};

/**
 * Reads products, places and organisations in JSON-LD with terms of the GS1 Web Vocabulary, compact (`gs1:gtin`, `gtin`)
 * or full. What the vocabulary has no term for goes by the names of the sheets' columns (`foodTraceabilityList`).
 * One object, a list, or an object with `@graph`. No context is fetched: prefixes count as what they are by custom.
 */
export function readJsonLd(document: Json): ReadMasterData {
  const nodes = nodesOf(document);
  const ignored = new Set<string>();
  const built = nodes.map(({ node, at }) => {
    const kind = kindOf(node);
    if (kind === null) {
      const value = JSON.stringify(node['@type'] ?? node.type ?? null);
      const message = 'not a gs1:Product, gs1:Place or gs1:Organization';
      return { record: null, problems: [{ at, field: 'type', code: 'kind-unknown' as const, message, value }] };
    }
    return buildRecord(rawRecord(kind, node, at, ignored));
  });
  return {
    records: built.flatMap(({ record }) => record ?? []),
    problems: built.flatMap(({ problems }) => problems),
    ignored: [...ignored],
  };
}

function addressProperties(): Record<string, string> {
  return {
    'address/streetAddress': 'street',
    'address/addressLocality': 'city',
    'address/addressRegion': 'region',
    'address/postalCode': 'postalCode',
    'address/addressCountry': 'country',
    'address/countryCode': 'country',
    'address/addressCountry/countryCode': 'country',
    'contactPoint/telephone': 'phone',
    'contactPoint/email': 'email',
    'contactPoint/contactTitle': 'contactName',
    telephone: 'phone',
    email: 'email',
  };
}

function nodesOf(document: Json): { node: JsonObject; at: string }[] {
  const list = (value: Json, at: string): { node: JsonObject; at: string }[] =>
    Array.isArray(value)
      ? value.flatMap((each: Json, index) => list(each, pointerTo(at, index)))
      : isJsonObject(value)
        ? [{ node: value, at }]
        : [{ node: {}, at }];
  return isJsonObject(document) && document['@graph'] !== undefined
    ? list(document['@graph'], '/@graph')
    : list(document, '');
}

function kindOf(node: JsonObject): MasterDataKind | null {
  for (const type of [node['@type'] ?? node.type ?? null].flat()) {
    const kind = typeof type === 'string' ? classes[localName(type)] : undefined;
    if (kind) return kind;
  }
  return null;
}

function rawRecord(kind: MasterDataKind, node: JsonObject, at: string, ignored: Set<string>): RawRecord {
  const texts = new Map<string, { text: string; at: string }>();
  const known = properties[kind];
  const walk = (value: JsonObject, path: string, pointer: string): void => {
    for (const [name, member] of Object.entries(value)) {
      if (name.startsWith('@') || name === 'type' || name === 'id') continue;
      const here = path + localName(name);
      const where = pointerTo(pointer, name);
      const field = known[here] ?? (path === '' && here in fields[kind] ? here : undefined);
      const text = field === undefined ? null : textOf(member);
      const inner = [member].flat()[0];
      if (field !== undefined && text !== null) texts.set(field, { text, at: where });
      else if (isJsonObject(inner)) walk(inner, `${here}/`, Array.isArray(member) ? pointerTo(where, 0) : where);
      else ignored.add(here);
    }
  };
  walk(node, '', at);
  const id = node['@id'] ?? node.id;
  const key = kind === 'product' ? 'gtin' : 'gln';
  if (!texts.has(key) && typeof id === 'string')
    texts.set(key, { text: id, at: pointerTo(at, '@id' in node ? '@id' : 'id') });
  return { kind, at, texts };
}

/** A text, number or truth value; the first of several; a quantity with its unit; the English or first of several languages. */
function textOf(value: Json): string | null {
  const all = [value].flat() as Json[];
  const chosen = all.find((each) => isJsonObject(each) && each['@language'] === 'en') ?? all[0] ?? null;
  if (typeof chosen === 'string') return chosen;
  if (typeof chosen === 'number' || typeof chosen === 'boolean') return String(chosen);
  if (!isJsonObject(chosen)) return null;
  if (chosen['@value'] !== undefined) return textOf(chosen['@value']);
  const byLocalName = new Map(Object.entries(chosen).map(([name, member]) => [localName(name), member]));
  const [amount, unit] = ['value', 'unitCode'].map((name) => byLocalName.get(name));
  if (amount !== undefined) return [textOf(amount), unit === undefined ? null : textOf(unit)].filter(Boolean).join(' ');
  const id = chosen['@id'] ?? chosen.id;
  return typeof id === 'string' ? id : null;
}

/** `gs1:gtin`, `https://gs1.org/voc/gtin`, `https://ref.gs1.org/voc/gtin` → `gtin`. */
function localName(name: string): string {
  return name.replace(/^(gs1:|https?:\/\/((www|ref)\.)?gs1\.org\/voc\/|schema:)/, '');
}
