import { ledgerPlace, ledgerSequence } from '../../projection/ledger-sequence.ts';
import type { Queryable } from '../../store/database.ts';
import { placesOf } from '../lookups.ts';
import type { Place } from '../shapes.ts';

export interface NamedThing {
  readonly item: string;
  readonly kind: string;
  readonly gtin: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
  readonly sscc: string | null;
  readonly product: string | null;
}

/** The event behind a number, with the transaction and block that hold it. */
export interface Proof {
  readonly event: string;
  readonly transactionId: string;
  readonly block: number;
}

/** Names of the numbers that a walk works with. */
export interface TraceNames {
  readonly thing: (number: number) => NamedThing;
  readonly place: (gln: number) => Place;
  readonly proof: (seq: number) => Proof;
}

/** Looks all of them up, a round trip for each kind. */
export async function namesOf(
  on: Queryable,
  { things, places, events }: { things: Iterable<number>; places: Iterable<number>; events: Iterable<number> },
): Promise<TraceNames> {
  const named = await thingsOf(on, [...new Set(things)]);
  const place = await placesOf(on, [...new Set(places)].map(glnText));
  const proofs = await proofsOf(on, [...new Set(events)]);
  return {
    thing: (number) => named.get(number) ?? unnamed,
    place: (gln) => place(glnText(gln)),
    proof: (seq) => proofs.get(seq) ?? { event: '', transactionId: '', block: ledgerPlace(seq).block },
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
  );
  return new Map(rows.map((row) => [row.number, row]));
}

async function proofsOf(on: Queryable, seqs: readonly number[]): Promise<Map<number, Proof>> {
  if (seqs.length === 0) return new Map();
  const places = seqs.map(ledgerPlace);
  const [row] = await on.query<{ proofs: string | null }>(
    `select string_agg(concat_ws(' ', e.block, e.tx_position, e.position, e.transaction_id, e.event), E'\\n') as proofs
     from unnest($1::bigint[], $2::int[], $3::int[]) as w(block, tx_position, position)
     join events e using (block, tx_position, position)`,
    [
      places.map(({ block }) => block),
      places.map(({ txPosition }) => txPosition),
      places.map(({ position }) => position),
    ],
  );
  const proofs = new Map<number, Proof>();
  for (const line of (row?.proofs ?? '').split('\n')) {
    const [block, txPosition, position, transactionId, ...event] = line.split(' ');
    if (transactionId === undefined) continue;
    const at = { block: Number(block), txPosition: Number(txPosition), position: Number(position) };
    proofs.set(ledgerSequence(at), { event: event.join(' '), transactionId, block: at.block });
  }
  return proofs;
}
