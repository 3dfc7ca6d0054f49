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

/**
 * The prefixes that a JSON-LD context declares inline, the later ones in place of the earlier: `"ex": "https://…"`, or a term with
 * `@id` and `@prefix: true` (JSON-LD 1.1, section 4.1.5). `null` takes one back, and as a context all of them. Contexts given by
 * address are not fetched: what a document means, and its hash, may not depend on the network.
 */
export function prefixesOf(context: Json | undefined): Prefixes {
  const prefixes = new Map<string, string>();
  for (const entry of Array.isArray(context) ? context : [context]) {
    if (entry === null) prefixes.clear();
    if (!isJsonObject(entry)) continue;
    for (const [prefix, definition] of Object.entries(entry)) {
      const target = targetOf(definition, prefixes);
      if (target !== null) prefixes.set(prefix, target);
      else if (definition === null) prefixes.delete(prefix);
    }
  }
  return prefixes;
}

/** What a prefix stands for; `null` for a definition that makes none. The `@id` may be written with a prefix from before. */
function targetOf(definition: Json, before: Prefixes): string | null {
  if (typeof definition === 'string') return definition;
  if (!isJsonObject(definition) || definition['@prefix'] !== true) return null;
  const id = definition['@id'];
  return typeof id === 'string' ? expandName(id, before) : null;
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
