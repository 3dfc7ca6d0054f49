import {
  expandName,
  isJsonObject,
  type Json,
  type JsonObject,
  type Prefixes,
  parseTimeMs,
  prefixesOf,
} from '@hopline/protocol/epcis';
import { fieldKey, type ValueRow, valueKey } from './value-row.ts';

/** Parts of an event that may have fields of somebody's own namespace, as query parameters name them; '' is the event itself. */
export const scopes = [
  '',
  'ILMD',
  'ERROR_DECLARATION',
  'SENSORELEMENT',
  'SENSORMETADATA',
  'SENSORREPORT',
  'readPoint',
  'bizLocation',
] as const;
export type Scope = (typeof scopes)[number];

/** The field of an extension in `epcis_values`. `inner` fields are those within an extension, at any depth. */
export function extensionField(scope: Scope, inner: boolean, iri: string): string {
  return fieldKey(`${scope}${inner ? '>>' : '>'} ${iri}`);
}

/**
 * Fields of an event that have a namespace, by their full names, and those within them. Numbers and times are found as
 * such, also where a sender wrote them as texts.
 */
export function extensionValues(source: JsonObject): ValueRow[] {
  const prefixes = prefixesOf(source['@context']);
  return scopes.flatMap((scope) => partsOf(source, scope).flatMap((part) => topLevel(part, scope, prefixes)));
}

/** Objects of an event in which fields of a scope stand. */
function partsOf(source: JsonObject, scope: Scope): JsonObject[] {
  const elements = objectsIn(source.sensorElementList);
  switch (scope) {
    case '':
      return [source];
    case 'ILMD':
      return objectsIn(source.ilmd);
    case 'ERROR_DECLARATION':
      return objectsIn(source.errorDeclaration);
    case 'SENSORELEMENT':
      return elements;
    case 'SENSORMETADATA':
      return elements.flatMap(({ sensorMetadata }) => objectsIn(sensorMetadata));
    case 'SENSORREPORT':
      return elements.flatMap(({ sensorReport }) => objectsIn(sensorReport));
    case 'readPoint':
      return objectsIn(source.readPoint);
    case 'bizLocation':
      return objectsIn(source.bizLocation);
  }
}

function topLevel(part: JsonObject, scope: Scope, prefixes: Prefixes): ValueRow[] {
  return Object.entries(part)
    .filter(([name]) => name.includes(':') || (scope === 'ILMD' && !name.startsWith('@')))
    .flatMap(([name, value]) => [
      ...valuesAt(extensionField(scope, false, expandName(name, prefixes)), value, prefixes),
      ...innerValues(value, scope, prefixes),
    ]);
}

/** Fields within an extension. The depth of a document is bounded before it is captured. */
function innerValues(value: Json, scope: Scope, prefixes: Prefixes): ValueRow[] {
  return objectsIn(value).flatMap((object) =>
    Object.entries(object).flatMap(([name, child]) => [
      ...(name.startsWith('@')
        ? []
        : valuesAt(extensionField(scope, true, expandName(name, prefixes)), child, prefixes)),
      ...innerValues(child, scope, prefixes),
    ]),
  );
}

/** A field's values: one row each, and one without a value where it holds none that compares. */
function valuesAt(field: string, value: Json, prefixes: Prefixes): ValueRow[] {
  const all = (Array.isArray(value) ? value : [value]).flatMap((entry: Json) => scalarOf(entry, prefixes));
  if (all.length === 0) return [{ field, value: null, number: null, time_ms: null }];
  return all.map((one) => ({ field, value: valueKey(String(one)), number: numberOf(one), time_ms: timeOf(one) }));
}

/** A scalar, or the value that JSON-LD and XML's JSON write as an object: `@value`, `@id`, `id`, `#text`. */
function scalarOf(value: Json, prefixes: Prefixes): (string | number | boolean)[] {
  if (isJsonObject(value)) {
    const inside = value['@value'] ?? value['#text'];
    if (inside !== undefined) return isJsonObject(inside) ? [] : scalarOf(inside, prefixes);
    const id = value['@id'] ?? value.id;
    return typeof id === 'string' ? [expandName(id, prefixes)] : [];
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [value] : [];
}

function numberOf(value: string | number | boolean): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(value.trim())
    ? finite(Number(value))
    : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Milliseconds of a time or date; a date without a time of day begins in UTC. */
export function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const text = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value;
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text)) return null;
  try {
    return parseTimeMs(text);
  } catch {
    // It only looked like one: then it is a text.
    return null;
  }
}

function objectsIn(value: Json | undefined): JsonObject[] {
  const list: readonly Json[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.filter(isJsonObject);
}
