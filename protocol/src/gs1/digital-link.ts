import { ProtocolError } from '../error.ts';
import { fromApplicationIdentifiers, toApplicationIdentifiers } from './application-identifiers.ts';
import type { GS1Identifier } from './identifier.ts';

/** The domain of canonical Digital Links (GS1 Digital Link Standard: URI Syntax 1.2, section 4.11). */
export const canonicalOrigin = 'https://id.gs1.org';

/** Alphabetic names that Digital Link 1.0 and 1.1 allowed in place of application identifiers; still met in the field. */
const aliases = new Map([
  ['gtin', '01'],
  ['lot', '10'],
  ['ser', '21'],
  ['cpv', '22'],
  ['sscc', '00'],
  ['gln', '414'],
  ['glnx', '254'],
  ['party', '417'],
  ['grai', '8003'],
  ['giai', '8004'],
]);

/** Shape of a primary key's value in a path; whether the value is right is checked later, with a better message. */
const primaryShapes = new Map([
  ['00', /^\d+$/],
  ['01', /^\d+$/],
  ['414', /^\d+$/],
  ['417', /^\d+$/],
  ['8003', /^\d{4}/],
  ['8004', /^\d{4}/],
]);

/** Qualifiers that may follow a primary key, in the order that the standard prescribes. 22 (variant) says nothing here. */
const qualifiers = new Map([
  ['01', ['22', '10', '21']],
  ['414', ['254']],
]);

/** A primary key and three qualifiers, each with its value: the path in front of them is of no interest. */
const maxLinkSegments = 8;

/**
 * The Digital Link of an identifier: `https://id.gs1.org/01/{gtin}/10/{lot}` and so on. An SGTIN's lot is stated when
 * it is known; `canonical` leaves it out.
 * @param origin scheme and host, with an optional path in front of the key, without a slash at the end
 */
export function toDigitalLink(id: GS1Identifier, origin: string = canonicalOrigin): string {
  const path = toApplicationIdentifiers(id).map(([ai, value]) => `/${ai}/${escapeSegment(value)}`);
  return origin + path.join('');
}

/**
 * Reads a Digital Link on any domain, below any path, uncompressed. Query and fragment are not identification and are
 * left aside.
 *
 * The text is not given to a URL parser, because those drop dot segments, and differ in what they unescape.
 * @throws ProtocolError `gs1-unrecognised`, `gs1-escape`, or what is wrong with the value
 */
export function parseDigitalLink(text: string): GS1Identifier {
  const path = /^https?:\/\/[^/?#]+([^?#]*)/i.exec(text)?.[1];
  if (path === undefined) {
    throw new ProtocolError('gs1-unrecognised', 'A Digital Link begins with http:// or https:// and a host', { text });
  }
  const segments = path.replace(/\/$/, '').split('/').slice(1);
  for (let start = Math.max(0, segments.length - maxLinkSegments); start + 1 < segments.length; start++) {
    const values = keyValuePairs(segments.slice(start));
    if (values !== undefined) return fromApplicationIdentifiers(values);
  }
  throw new ProtocolError('gs1-unrecognised', 'The path holds no GS1 key with its qualifiers', { text });
}

/** Escapes everything but RFC 3986's unreserved characters: wider than the standard asks for, and one form for ever. */
export function escapeSegment(value: string): string {
  return value.replace(/[^A-Za-z0-9\-._]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/**
 * Undoes percent-escapes. `+` is a plus sign: paths and URNs are not forms.
 * @throws ProtocolError `gs1-escape`
 */
export function unescapeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new ProtocolError('gs1-escape', `Malformed percent-escape in ${segment}`, { segment }, { cause });
  }
}

/** The pairs of a path from its primary key on, or undefined when it does not begin with one or holds something else. */
function keyValuePairs(segments: readonly string[]): Map<string, string> | undefined {
  if (segments.length % 2 !== 0) return undefined;
  const keys = segments.filter((_, i) => i % 2 === 0).map((key) => aliases.get(key) ?? key);
  const values = segments.filter((_, i) => i % 2 === 1);
  const [primary = '', ...rest] = keys;
  if (primaryShapes.get(primary)?.test(values[0] ?? '') !== true) return undefined;
  const allowed = qualifiers.get(primary) ?? [];
  const order = rest.map((key) => allowed.indexOf(key));
  const ordered = order.every((place, i) => place >= 0 && place > (order[i - 1] ?? -1));
  if (!ordered) return undefined;
  return new Map(keys.map((key, i) => [key, unescapeSegment(values[i] ?? '')]));
}
