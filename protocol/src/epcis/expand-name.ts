import type { Json } from './json.ts';
import { isJsonObject } from './json.ts';

/** Prefixes of compact names, with what they stand for. */
export type Prefixes = ReadonlyMap<string, string>;

/** Prefixes that mean the same in every EPCIS document (EPCIS 2.0, JSON-LD context). */
const wellKnown: Prefixes = new Map([
  ['gs1', 'https://gs1.org/voc/'],
  ['cbv', 'https://ref.gs1.org/cbv/'],
  ['cbvmda', 'urn:epcglobal:cbv:mda:'],
  ['epcis', 'https://ref.gs1.org/epcis/'],
]);

/** The prefixes that a JSON-LD context declares inline. Contexts given by address are not fetched. */
export function prefixesOf(context: Json | undefined): Prefixes {
  const contexts = Array.isArray(context) ? context : [context];
  return new Map(
    contexts
      .filter(isJsonObject)
      .flatMap((entry) => Object.entries(entry))
      .flatMap(([prefix, target]) => (typeof target === 'string' ? [[prefix, target] as const] : [])),
  );
}

/**
 * The full IRI of an extension's name: `ex:field` with the prefix replaced by its namespace. A name whose prefix nobody
 * declared is an IRI already (JSON-LD 1.1, section 4.1.5), and so is one with `://`.
 */
export function expandName(name: string, prefixes: Prefixes): string {
  const colon = name.indexOf(':');
  if (colon < 0 || name.startsWith('//', colon + 1)) return name;
  const prefix = name.slice(0, colon);
  const namespace = prefixes.get(prefix) ?? wellKnown.get(prefix);
  return namespace === undefined ? name : namespace + name.slice(colon + 1);
}
