import { openEndMs } from '../projection/rows.ts';
import type { Queryable } from '../store/database.ts';
import { placesOf } from './lookups.ts';
import { madeOf } from './trace/made-of.ts';

/**
 * Where a part of an affected lot is now, or what became of it.
 *
 * `held`: at `place`, loose or in `units`; `in-transit`: on the way to `place`, in the sender's custody; `used`: went into
 * a transformation at `place`; `gone`: left the ledger at `place`, `how` it did.
 */
export interface AffectedPart {
  readonly state: 'held' | 'in-transit' | 'used' | 'gone';
  /** GLN; where goods are on the way, that of the named receiver. */
  readonly place: string | null;
  /** GLN of the sender, for goods on the way. */
  readonly from: string | null;
  /** MSP id of who has it now, or had it last. */
  readonly custodian: string | null;
  readonly quantity: { readonly amount: string; readonly uom: string | null };
  /** Units that it is in, the innermost first: canonical identifiers. */
  readonly units: readonly string[];
  readonly how: 'destroyed' | 'decommissioned' | 'sold' | 'removed' | null;
  readonly sinceMs: number;
  /** Hash of the event that proves it. */
  readonly event: string;
}

/** A lot, or a single item, that a recall of others concerns, with all of its parts. */
export interface AffectedLot {
  /** Canonical identifier. */
  readonly item: string;
  readonly gtin: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
  /** Whether it is one of those that were asked about; the others were made of them. */
  readonly asked: boolean;
  readonly parts: readonly AffectedPart[];
}

/**
 * What the goods `items` (canonical identifiers) touch now: they themselves and everything made of them, with each part's
 * place, custodian and quantity. Items that nobody has spoken of are left out.
 */
export async function affectedBy(on: Queryable, items: readonly string[]): Promise<AffectedLot[]> {
  const known = await on.query<{ item: string }>('select item from items where item = any($1::text[]) order by item', [
    [...new Set(items)],
  ]);
  const asked = new Set(known.map(({ item }) => item));
  const things = await madeOf(on, [...asked]);
  const parts = await partsOf(on, things);
  const names = await on.query<{ item: string; gtin: string | null; lot: string | null; serial: string | null }>(
    'select item, gtin, lot, serial from items where item = any($1::text[])',
    [things],
  );
  const named = new Map(names.map((row) => [row.item, row]));
  return things.map((item) => ({
    item,
    gtin: named.get(item)?.gtin ?? null,
    lot: named.get(item)?.lot ?? null,
    serial: named.get(item)?.serial ?? null,
    asked: asked.has(item),
    parts: parts.get(item) ?? [],
  }));
}

/** All parts of these lots and items (canonical identifiers), and of nothing that was made of them. */
export async function partsOf(on: Queryable, things: readonly string[]): Promise<Map<string, AffectedPart[]>> {
  const found = [...(await present(on, things)), ...(await past(on, things))];
  const byItem = Map.groupBy(found, ({ item }) => item);
  return new Map([...byItem].map(([item, parts]) => [item, parts.map(({ part }) => part)]));
}

interface Found {
  readonly item: string;
  readonly part: AffectedPart;
}

interface PresenceRow extends Record<string, unknown> {
  readonly subject: string;
  readonly at: 'place' | 'unit' | 'transit';
  readonly where_id: string;
  readonly transit_from: string | null;
  readonly transit_to: string | null;
  readonly remaining: string | null;
  readonly uom: string | null;
  readonly from_ms: number;
  readonly from_event: string;
}

async function present(on: Queryable, things: readonly string[]): Promise<Found[]> {
  const rows = await openPresences(on, things);
  const around = new Map<string, PresenceRow>();
  let wanted = units(rows);
  while (wanted.length > 0) {
    const outer = await openPresences(on, wanted);
    for (const row of outer) around.set(row.subject, row);
    wanted = units(outer).filter((unit) => !around.has(unit));
  }
  const outermost = (
    row: PresenceRow,
    inside: readonly string[] = [],
  ): { units: readonly string[]; row: PresenceRow } => {
    const outer = row.at === 'unit' && !inside.includes(row.where_id) ? around.get(row.where_id) : undefined;
    return outer ? outermost(outer, [...inside, row.where_id]) : { units: inside, row };
  };
  const place = await placesOf(
    on,
    [...rows, ...around.values()].flatMap((row) => [row.at === 'place' ? row.where_id : null, row.transit_from]),
  );
  return rows.map((row) => {
    const { units, row: standing } = outermost(row);
    const inTransit = standing.at === 'transit';
    const gln = inTransit ? standing.transit_to : standing.at === 'place' ? standing.where_id : null;
    const keeper = inTransit ? standing.transit_from : gln;
    return {
      item: row.subject,
      part: {
        state: inTransit ? 'in-transit' : 'held',
        place: gln,
        from: inTransit ? standing.transit_from : null,
        custodian: keeper === null ? null : place(keeper).custodian,
        quantity: { amount: row.remaining ?? '0', uom: row.uom },
        units,
        how: null,
        sinceMs: row.from_ms,
        event: row.from_event,
      },
    };
  });
}

function units(rows: readonly PresenceRow[]): string[] {
  return [...new Set(rows.flatMap((row) => (row.at === 'unit' ? [row.where_id] : [])))];
}

function openPresences(on: Queryable, subjects: readonly string[]): Promise<PresenceRow[]> {
  return on.query<PresenceRow>(
    `select subject, at, where_id, transit_from, transit_to, remaining, uom, from_ms, from_event from presences
     where subject = any($1::text[]) and to_ms = $2 order by subject, from_ms, at, where_id`,
    [subjects, openEndMs],
  );
}

async function past(on: Queryable, things: readonly string[]): Promise<Found[]> {
  const rows = await on.query<{
    subject: string;
    to_at: 'gone' | 'transformation';
    to_id: string;
    amount: string;
    uom: string | null;
    time_ms: number;
    event: string;
    place: string | null;
    msp_id: string;
  }>(
    `select m.subject, m.to_at, m.to_id, m.amount, m.uom, m.time_ms, m.event, e.place, e.msp_id
     from movements m join events e on e.event = m.event and e.outcome = 'applied'
     where m.subject = any($1::text[]) and not m.is_unit and m.to_at in ('gone', 'transformation')
     order by m.subject, m.time_ms, m.event, m.position`,
    [things],
  );
  return rows.map((row) => ({
    item: row.subject,
    part: {
      state: row.to_at === 'gone' ? 'gone' : 'used',
      place: row.place,
      from: null,
      custodian: row.msp_id,
      quantity: { amount: row.amount, uom: row.uom },
      units: [],
      how: row.to_at === 'gone' ? (row.to_id as AffectedPart['how']) : null,
      sinceMs: row.time_ms,
      event: row.event,
    },
  }));
}
