import { gln13 } from '@hopline/protocol/gs1';
import { directions, type FsmaSelection } from '../api/fsma.ts';

/** What somebody asks for, as it stands in the form and in the page's address; days as `2026-05-14`, '' for what is open. */
export interface Asked {
  readonly lots: string;
  readonly place: string;
  readonly from: string;
  readonly to: string;
  readonly trace: string;
}

const names = ['lots', 'place', 'from', 'to', 'trace'] as const;
const day = /^\d{4}-\d{2}-\d{2}$/;

/** An address longer than this does not get everywhere: the page then keeps its short one. */
const maxQueryChars = 1_500;

/** Reads the query of the page's address. */
export function askedOf(query: string): Asked {
  const params = new URLSearchParams(query);
  const text = (name: (typeof names)[number]) => params.get(name) ?? '';
  return { lots: text('lots'), place: text('place'), from: text('from'), to: text('to'), trace: text('trace') };
}

/** Path of the page with what is asked for. */
export function recordsPath(asked: Partial<Asked> = {}): string {
  const params = new URLSearchParams();
  for (const name of names) if (asked[name]) params.set(name, asked[name]);
  const query = params.toString();
  return query === '' || query.length > maxQueryChars ? '/regulator' : `/regulator?${query}`;
}

export function isAsked({ lots, place, from, to }: Asked): boolean {
  return [lots, place, from, to].some((text) => text.trim() !== '');
}

/**
 * The question behind it, with its lots. Days are those of the browser's time zone, both whole.
 * @throws ProtocolError for a place that is no GLN
 */
export function selectionOf({ place, from, to, trace }: Asked, lots: FsmaSelection['lots']): FsmaSelection {
  const direction = directions.find((each) => each === trace);
  return {
    lots,
    ...(place === '' ? {} : { place: gln13(place) }),
    ...(day.test(from) ? { fromMs: new Date(`${from}T00:00:00`).getTime() } : {}),
    ...(day.test(to) ? { toMs: new Date(`${to}T23:59:59.999`).getTime() } : {}),
    ...(direction === undefined || lots.length === 0 ? {} : { trace: direction }),
  };
}
