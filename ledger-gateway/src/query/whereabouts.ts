import { openEndMs } from '../projection/rows.ts';
import type { Queryable } from '../store/database.ts';

export const maxWhereaboutsRows = 5_000;

/** A thing and the span of time in which it matters. */
export interface Window {
  readonly item: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Where something was, directly or in what carried it: one presence, clipped to the time for which it says something of
 * `item`. `carrier` is the thing whose presence it is: the item itself or a unit that it was in, at any depth.
 */
export interface Whereabouts extends Record<string, unknown> {
  readonly item: string;
  readonly carrier: string;
  readonly carrier_is_unit: boolean;
  readonly at: 'place' | 'unit' | 'transit';
  readonly where_id: string;
  readonly transit_from: string | null;
  readonly transit_to: string | null;
  readonly from_ms: number;
  readonly to_ms: number;
  /** Events at both ends: of the presence itself, or of the packing where that cuts it short. */
  readonly from_event: string;
  readonly to_event: string | null;
  readonly amount: string | null;
  /** What is still there of it. */
  readonly remaining: string | null;
  readonly uom: string | null;
  /** The last time that part of it went. */
  readonly left_ms: number | null;
  readonly left_event: string | null;
}

/**
 * Whereabouts of things in their windows. Goods share the path of their container only while they are in it: each step
 * out to a container narrows the window to the time inside.
 */
export async function whereabouts(on: Queryable, windows: readonly Window[]): Promise<Whereabouts[]> {
  if (windows.length === 0) return [];
  return on.query<Whereabouts>(
    `with recursive carrying (item, carrier, from_ms, to_ms, from_event, to_event, depth) as (
       select w.item, w.item, w.from_ms, w.to_ms, null::text, null::text, 0
       from unnest($1::text[], $2::bigint[], $3::bigint[]) as w(item, from_ms, to_ms)
       union
       select c.item, p.where_id, greatest(c.from_ms, p.from_ms), least(c.to_ms, p.to_ms),
         case when p.from_ms >= c.from_ms then p.from_event else c.from_event end,
         case when p.to_ms <= c.to_ms then p.to_event else c.to_event end,
         c.depth + 1
       from carrying c
       join presences p on p.subject = c.carrier and p.at = 'unit' and p.from_ms <= c.to_ms and p.to_ms >= c.from_ms
       where c.depth < 16
     )
     select c.item, c.carrier, (c.depth > 0 or p.is_unit) as carrier_is_unit, p.at, p.where_id, p.transit_from, p.transit_to,
       greatest(c.from_ms, p.from_ms) as from_ms, least(c.to_ms, p.to_ms) as to_ms,
       case when p.from_ms >= c.from_ms then p.from_event else c.from_event end as from_event,
       case when p.to_ms <= c.to_ms then p.to_event else c.to_event end as to_event,
       p.entered as amount, p.remaining, p.uom, p.left_ms, p.left_event
     from carrying c
     join presences p on p.subject = c.carrier and p.from_ms <= c.to_ms and p.to_ms >= c.from_ms
     where greatest(c.from_ms, p.from_ms) < least(c.to_ms, p.to_ms) or p.from_ms = p.to_ms
     order by from_ms, to_ms, carrier, at, where_id
     limit ${maxWhereaboutsRows}`,
    [windows.map((w) => w.item), windows.map((w) => w.fromMs), windows.map((w) => w.toMs)],
  );
}

/** A time as answers give it: `null` while something still goes on. */
export function endOrNull(toMs: number): number | null {
  return toMs >= openEndMs ? null : toMs;
}
