import { gtin14, lotNumber, parseDigitalLink, sscc18, toDigitalLink, unescapeSegment } from '@hopline/protocol/gs1';

/** A product, an item or a place, by its Digital Link's path. */
export type Thing = { readonly path: string } & (
  | { readonly kind: 'product'; readonly gtin: string }
  | { readonly kind: 'item'; readonly gtin: string; readonly lot: string | null; readonly serial: string }
  | { readonly kind: 'place'; readonly gln: string }
);

/** Which page an address names. */
export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'upload' }
  | { readonly page: 'worklist' }
  | { readonly page: 'regulator' }
  | { readonly page: 'master-data' }
  | { readonly page: 'recalls' }
  | { readonly page: 'new-recall' }
  | { readonly page: 'contacts' }
  | { readonly page: 'recall'; readonly recallId: string }
  | { readonly page: 'lot'; readonly gtin: string; readonly lot: string }
  | { readonly page: 'unit'; readonly sscc: string }
  | { readonly page: 'thing'; readonly thing: Thing }
  | { readonly page: 'unknown'; readonly reason: string };

/** Pages whose address is their name. */
const plainPages = ['upload', 'worklist', 'regulator', 'master-data'] as const;

/**
 * Reads the path of an address as a browser gives it, percent-escapes included. Lots and units have the paths of their
 * GS1 Digital Links, so that the code on a case leads here on any host; a resolver's redirect leads to the same behind `/page`.
 */
export function parseRoute(path: string): Route {
  if (path === '/') return { page: 'overview' };
  const [, key, value = '', qualifier, lot = '', ...rest] = path
    .replace(/^\/page(?=\/)/, '')
    .replace(/\/$/, '')
    .split('/');
  try {
    const plain = plainPages.find((page) => page === key);
    if (plain !== undefined && qualifier === undefined && value === '') return { page: plain };
    if (key === 'recalls' && qualifier === undefined) {
      // Ids of recalls have a digit in them: these two words are none.
      if (value === 'new') return { page: 'new-recall' };
      if (value === 'contacts') return { page: 'contacts' };
      return value === '' ? { page: 'recalls' } : { page: 'recall', recallId: unescapeSegment(value) };
    }
    if (key === '01' && qualifier === '10' && rest.length === 0) {
      return { page: 'lot', gtin: gtin14(unescapeSegment(value)), lot: lotNumber(unescapeSegment(lot)) };
    }
    if (key === '00' && qualifier === undefined) return { page: 'unit', sscc: sscc18(unescapeSegment(value)) };
    if (key === '01' || key === '414') {
      const thing = thingAt(path.replace(/^\/page(?=\/)/, ''));
      if (thing) return { page: 'thing', thing };
    }
  } catch (error) {
    return { page: 'unknown', reason: error instanceof Error ? error.message : 'The address cannot be read' };
  }
  return { page: 'unknown', reason: 'There is no page at this address' };
}

/** What another Digital Link names. Throws ProtocolError where it is wrong. */
function thingAt(path: string): Thing | null {
  const identifier = parseDigitalLink(`https://resolver.invalid${path}`);
  const own = toDigitalLink(identifier, '');
  switch (identifier.kind) {
    case 'gtin':
      return { path: own, kind: 'product', gtin: identifier.gtin };
    case 'sgtin':
      return {
        path: own,
        kind: 'item',
        gtin: identifier.gtin,
        lot: identifier.lot ?? null,
        serial: identifier.serial,
      };
    case 'gln':
    case 'sgln':
      return { path: own, kind: 'place', gln: identifier.gln };
    default:
      return null;
  }
}

/** Path of a lot's page. */
export function lotPath(gtin: string, lot: string): string {
  return toDigitalLink({ kind: 'lgtin', gtin, lot }, '');
}

/** Path of a logistic unit's page. */
export function unitPath(sscc: string): string {
  return toDigitalLink({ kind: 'sscc', sscc }, '');
}

/** Path of a recall's page. */
export function recallPath(recallId: string): string {
  return `/recalls/${encodeURIComponent(recallId)}`;
}

/** Path of the form that opens a recall, with a suspect filled in: an identifier in any GS1 form. */
export function newRecallPath(suspect: string, kind?: 'mock'): string {
  return `/recalls/new?${new URLSearchParams({ suspect, ...(kind ? { kind } : {}) })}`;
}
