import { type GS1Identifier, parseIdentifier } from '@hopline/protocol/gs1';
import type { Preview } from '../api/sheets.ts';

type Lot = Extract<GS1Identifier, { kind: 'lgtin' }>;

const listNames = ['quantityList', 'childQuantityList', 'inputQuantityList', 'outputQuantityList'];

/** The lots that events name, each once, in their order. */
export function lotsOf(events: Preview['events']): Lot[] {
  const links = events.flatMap(({ event }) =>
    listNames.flatMap((name) => (Array.isArray(event[name]) ? event[name] : []).map(linkOf)),
  );
  return [...new Set(links)]
    .filter((link) => link !== '')
    .map(parseIdentifier)
    .filter((id) => id.kind === 'lgtin');
}

function linkOf(element: unknown): string {
  const link = typeof element === 'object' && element !== null && 'epcClass' in element ? element.epcClass : '';
  return typeof link === 'string' ? link : '';
}
