import { plannedOnce, type Queryable } from '../../store/database.ts';
import { placesOf } from '../lookups.ts';
import type { Place } from '../shapes.ts';
import type { Proof } from './proof-book.ts';

export interface NamedThing {
  readonly item: string;
  readonly kind: string;
  readonly gtin: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
  readonly sscc: string | null;
  readonly product: string | null;
}

/** Names of the numbers that a walk works with. */
export interface TraceNames {
  readonly thing: (number: number) => NamedThing;
  readonly place: (gln: number) => Place;
  readonly proof: (seq: number) => Proof;
}

/**
 * Looks all of them up, a round trip for each kind.
 *
 * @param proofs proofs that are being looked up
 */
export async function namesOf(
  on: Queryable,
  { things, places }: { things: Iterable<number>; places: Iterable<number> },
  proofs: Promise<(seq: number) => Proof>,
): Promise<TraceNames> {
  const [named, place, proof] = await Promise.all([
    thingsOf(on, [...new Set(things)]),
    placesOf(on, [...new Set(places)].map(glnText)),
    proofs,
  ]);
  return {
    thing: (number) => named.get(number) ?? unnamed,
    place: (gln) => place(glnText(gln)),
    proof,
  };
}

/** A GLN out of its number. */
export function glnText(gln: number): string {
  return String(gln).padStart(13, '0');
}

const unnamed: NamedThing = { item: '', kind: 'uri', gtin: null, lot: null, serial: null, sscc: null, product: null };

async function thingsOf(on: Queryable, numbers: readonly number[]): Promise<Map<number, NamedThing>> {
  if (numbers.length === 0) return new Map();
  const rows = await on.query<NamedThing & { number: number } & Record<string, unknown>>(
    `select i.number, i.item, i.kind, i.gtin, i.lot, i.serial, i.sscc, p.name as product
     from items i left join products p on p.gtin = i.gtin where i.number = any($1::bigint[])`,
    [numbers],
    plannedOnce,
  );
  return new Map(rows.map((row) => [row.number, row]));
}
