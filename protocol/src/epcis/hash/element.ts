import type { Prefixes } from '../expand-name.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { numberText } from './number-text.ts';

/**
 * A field of an event as the hash sees it: the element that EPCIS's XML binding would have, so that both syntaxes hash
 * to the same.
 */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
  /** The children keep their order: a type and the value that it belongs to. */
  readonly ordered?: true;
}

/**
 * Prefixes of compact names, as the document's own context declares them. Names under prefixes that are the same in every document
 * (`gs1:`) stay as they are written, as in the reference implementation.
 */
export type Namespaces = Prefixes;

/** Fields that say something about the JSON, not about the event. */
const silent = new Set(['#text', 'comment', 'rdfs:comment']);

/** Lists of a value with its type: XML makes the type an attribute. */
const typedValues = new Map([
  ['bizTransactionList', 'bizTransaction'],
  ['sourceList', 'source'],
  ['destinationList', 'destination'],
]);

/** Names that JSON gives to the entries of EPC and quantity lists once `List` is cut off, and XML's names for them. */
const entryNames = new Map([
  ['inputEPC', 'epc'],
  ['outputEPC', 'epc'],
  ['childQuantity', 'quantityElement'],
  ['inputQuantity', 'quantityElement'],
  ['outputQuantity', 'quantityElement'],
]);

/** The children of an object, in XML's structure. */
export function elementsOf(object: JsonObject, namespaces: Namespaces): Element[] {
  return Object.entries(object)
    .filter(([name]) => !silent.has(name))
    .flatMap(([name, value]) => fieldElements(name, value, namespaces));
}

function fieldElements(name: string, value: Json, namespaces: Namespaces): Element[] {
  const entries = Array.isArray(value) ? value : value === null ? [] : [value];
  if (entries.length === 0) return [];
  const valueName = typedValues.get(name);
  if (valueName !== undefined) {
    return [{ name, text: '', children: entries.map((entry) => typedValue(valueName, entry, namespaces)) }];
  }
  const expanded = expandName(name, namespaces);
  if (name === 'childEPCs') {
    return [{ name, text: '', children: entries.map((entry) => element('epc', entry, namespaces)) }];
  }
  if (name.endsWith('List')) {
    const entryName = expanded.slice(0, -'List'.length);
    return [{ name: expanded, text: '', children: entries.map((entry) => element(entryName, entry, namespaces)) }];
  }
  return entries.map((entry) => element(expanded, entry, namespaces));
}

function element(name: string, value: Json, namespaces: Namespaces): Element {
  if (Array.isArray(value)) {
    return { name, text: '', children: value.map((entry) => element('', entry, namespaces)) };
  }
  if (!isJsonObject(value))
    return { name: entryNames.get(name) ?? name, text: scalarText(value, namespaces), children: [] };
  const children = elementsOf(value, namespaces);
  const text = scalarText(value['#text'] ?? null, new Map());
  const isQuantityElement = name === 'quantity' && children.length > 0;
  return { name: isQuantityElement ? 'quantityElement' : (entryNames.get(name) ?? name), text, children };
}

/** Type first, whatever the order in the JSON; only these two take part in the hash. */
function typedValue(valueName: string, entry: Json, namespaces: Namespaces): Element {
  const object = isJsonObject(entry) ? entry : { [valueName]: entry };
  const children = ['type', valueName].flatMap((name) => fieldElements(name, object[name] ?? null, namespaces));
  return { name: '', text: '', children, ordered: true };
}

function expandName(name: string, namespaces: Namespaces): string {
  const [prefix, rest] = splitCompact(name);
  const namespace = rest === undefined ? undefined : namespaces.get(prefix);
  return namespace === undefined ? name : `{${namespace}}${rest}`;
}

function scalarText(value: Json, namespaces: Namespaces): string {
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const [prefix, rest] = splitCompact(value);
  const namespace = rest === undefined ? undefined : namespaces.get(prefix);
  return namespace === undefined ? value : namespace + rest;
}

function splitCompact(text: string): readonly [prefix: string, rest: string | undefined] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}
