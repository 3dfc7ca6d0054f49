import { type JsonObject, type Prefixes, prefixesOf } from '@hopline/protocol/epcis';
import { epcisLimits } from '../limits.ts';
import { parameterError } from './parameter-error.ts';

/** Parameters of a query before they are understood: names with their values as texts. */
export interface RawQuery {
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  /** What the prefixes of extension fields stand for. */
  readonly prefixes: Prefixes;
}

/** Parameters that page through a result, and say nothing of it. */
const pagingParameters = new Set(['perPage', 'nextPageToken']);

/**
 * Parameters of a URL: lists are parted by `|` (EPCIS 2.0, REST bindings, `pipeDelimited`), and a name that comes twice
 * has the values of both.
 * @param extensions the header GS1-Extensions: `prefix=namespace`, parted by commas
 */
export function rawFromUrl(search: URLSearchParams, extensions: string | undefined): RawQuery {
  const parameters = new Map<string, readonly string[]>();
  for (const [name, value] of search) {
    if (pagingParameters.has(name)) continue;
    parameters.set(name, [...(parameters.get(name) ?? []), ...value.split('|')]);
  }
  return bounded({ parameters, prefixes: prefixesOfHeader(extensions) });
}

/** Parameters of a query in JSON: lists, texts, numbers, truth values, with the prefixes of its `@context`. */
export function rawFromJson(query: JsonObject): RawQuery {
  const parameters = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(query)) {
    if (name === '@context') continue;
    const entries = value === null ? [''] : Array.isArray(value) ? value : [value];
    parameters.set(
      name,
      entries.map((entry) => {
        if (typeof entry === 'object') throw parameterError(name, 'A value is a text, a number or true or false');
        return String(entry);
      }),
    );
  }
  return bounded({ parameters, prefixes: prefixesOf(query['@context']) });
}

/**
 * A query with the prefixes of the header GS1-Extensions that came with it, so that it means the same without the header. What
 * the query itself declares goes before.
 */
export function withExtensions(query: JsonObject, extensions: string | undefined): JsonObject {
  const prefixes = prefixesOfHeader(extensions);
  if (prefixes.size === 0) return query;
  const own = query['@context'] ?? [];
  return { ...query, '@context': [Object.fromEntries(prefixes), ...(Array.isArray(own) ? own : [own])] };
}

function prefixesOfHeader(header: string | undefined): Prefixes {
  const pairs = (header ?? '')
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1 || !/^[a-z][a-z0-9+.-]*:\S+$/i.test(pair.slice(at + 1))) {
        throw parameterError('GS1-Extensions', 'Extensions are given as prefix=namespace', { value: pair });
      }
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}

function bounded(query: RawQuery): RawQuery {
  const { maxParameters, maxValuesPerParameter, maxValueChars } = epcisLimits;
  if (query.parameters.size > maxParameters) {
    throw parameterError([...query.parameters.keys()].at(-1) ?? '', 'Too many parameters', { maxParameters });
  }
  for (const [name, values] of query.parameters) {
    if (values.length > maxValuesPerParameter) throw parameterError(name, 'Too many values', { maxValuesPerParameter });
    if (values.some((value) => value.length > maxValueChars)) {
      throw parameterError(name, 'A value is too long', { maxValueChars });
    }
  }
  return query;
}
