import { openEndMs } from '../projection/rows.ts';
import type { Queryable } from '../store/database.ts';
import { placesOf } from './lookups.ts';
import type { AffectedPart } from './trace/trace-shapes.ts';

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
        units: [...units],
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
