import { type ProductRecord, productRecordSchema, type Rule, ruleSchema } from '@hopline/protocol';
import { canonicalLink, gtin14, lotNumber } from '@hopline/protocol/gs1';
import { z } from 'zod';
import { found } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import { countExcursions } from './conditions.ts';
import { asOfSchema } from './freshness.ts';
import { historyOf, pathOf } from './history.ts';
import { placesOf } from './lookups.ts';
import {
  conditionsSchema,
  containmentSchema,
  evidenceSchema,
  hopSchema,
  placeSchema,
  quantitySchema,
  transitSchema,
} from './shapes.ts';

export const maxEventsPerLot = 1_000;

const productSchema = z.object({ gtin: z.string(), name: z.string(), mspId: z.string(), limits: z.array(ruleSchema) });

const identityShape = {
  /** Canonical Digital Link. */
  id: z.string(),
  gtin: z.string(),
  lot: z.string(),
};

/** What anybody may know of a lot: that it is known, what it is, how it stands, and how well its path is proven. */
export const publicLotSchema = z.object({
  ...identityShape,
  product: z.object({ name: z.string() }).nullable(),
  disposition: z.string().nullable(),
  firstMs: z.int(),
  lastMs: z.int(),
  hops: z.array(
    z.object({
      /** Kind of place only: who it is, is for those who may read. */
      kind: z.string().nullable(),
      arrivalMs: z.int(),
      departureMs: z.int().nullable(),
      transactionId: z.string().nullable(),
      block: z.int().nullable(),
    }),
  ),
  excursions: z.object({ certain: z.int(), possible: z.int() }),
  ...asOfSchema.shape,
});

export const lotEventSchema = evidenceSchema.extend({
  action: z.string().nullable(),
  place: placeSchema.nullable(),
  outcome: z.string(),
  flags: z.array(z.string()),
  roles: z.array(z.string()),
});

export const lotSchema = z.object({
  ...identityShape,
  product: productSchema.nullable(),
  /** `declared`: came from outside the network by somebody's word; `network`: made of goods that were on it. */
  origin: z.enum(['declared', 'network']).nullable(),
  disposition: z.string().nullable(),
  state: z.enum(['held', 'in-transit', 'gone', 'seen']),
  firstMs: z.int(),
  lastMs: z.int(),
  hops: z.array(hopSchema),
  transits: z.array(transitSchema),
  units: z.array(containmentSchema),
  holdings: z.array(
    z.object({
      place: placeSchema,
      custodian: z.string(),
      quantity: quantitySchema,
      disposition: z.string().nullable(),
      sinceMs: z.int(),
    }),
  ),
  events: z.array(lotEventSchema),
  discrepancies: z.array(z.record(z.string(), z.unknown())),
  conditions: conditionsSchema,
  truncated: z.boolean(),
  ...asOfSchema.shape,
});
export type Lot = z.infer<typeof lotSchema>;
export type PublicLot = z.infer<typeof publicLotSchema>;

/** The canonical identifier of a lot as an address names it. Throws ProtocolError `gs1-…`. */
export function lotId(gtin: string, lot: string): string {
  return canonicalLink({ kind: 'lgtin', gtin: gtin14(gtin), lot: lotNumber(lot) });
}

/** All that is known of a lot. Throws `not-found`. */
export async function readLot(
  on: Queryable,
  gtin: string,
  lot: string,
  nowMs: number,
): Promise<Omit<Lot, 'asOf' | 'stale'>> {
  const id = lotId(gtin, lot);
  const known = await itemOf(on, id, { gtin, lot });
  const product = await productOf(on, known.gtin);
  const history = await historyOf(on, id, { limits: product?.limits ?? [], itself: false, nowMs });
  const holdings = await holdingsOf(on, id);
  const items = [id, ...history.units.map((unit) => unit.unit)];
  const { events, truncated } = await eventsOf(on, items, id);
  return {
    id,
    gtin: known.gtin,
    lot: known.lot,
    product: product && { gtin: product.gtin, name: product.name, mspId: product.mspId, limits: product.limits },
    origin: await originOf(on, id),
    disposition: await dispositionOf(on, id),
    state: stateOf(history),
    ...(await spanOf(on, items, id, known.first_ms)),
    ...history,
    truncated: history.truncated || truncated,
    holdings,
    events,
    discrepancies: (
      await on.query<{ record: Record<string, unknown> }>(
        'select record from discrepancies where item = $1 order by shipment',
        [id],
      )
    ).map(({ record }) => record),
  };
}

/**
 * The part of a lot that needs no credentials, and no more work than it takes: its path, the last word on it, and how many
 * excursions there were. Throws `not-found`.
 */
export async function readPublicLot(
  on: Queryable,
  gtin: string,
  lot: string,
  nowMs: number,
): Promise<Omit<PublicLot, 'asOf' | 'stale'>> {
  const id = lotId(gtin, lot);
  const known = await itemOf(on, id, { gtin, lot });
  const product = await productOf(on, known.gtin);
  const { hops, units, stays } = await pathOf(on, id, { itself: false, nowMs });
  return {
    id,
    gtin: known.gtin,
    lot: known.lot,
    product: product && { name: product.name },
    disposition: await dispositionOf(on, id),
    ...(await spanOf(on, [id, ...units.map((unit) => unit.unit)], id, known.first_ms)),
    hops: hops.map((hop) => ({
      kind: hop.place.kind,
      arrivalMs: hop.arrivalMs,
      departureMs: hop.departureMs,
      transactionId: hop.arrived?.transactionId ?? null,
      block: hop.arrived?.block ?? null,
    })),
    excursions: await countExcursions(on, stays, product?.limits ?? []),
  };
}

async function itemOf(on: Queryable, id: string, asked: { gtin: string; lot: string }) {
  const [item] = await on.query<{ gtin: string; lot: string; first_ms: number }>(
    'select gtin, lot, first_ms from items where item = $1',
    [id],
  );
  return found(item, 'the lot', asked);
}

/** The product of a GTIN with its limits; `null` where nobody has registered it. */
export async function productOf(on: Queryable, gtin: string): Promise<ProductRecord | null> {
  const [row] = await on.query<{ record: unknown }>('select record from products where gtin = $1', [gtin]);
  return row ? productRecordSchema.parse(row.record) : null;
}

/** The limits of all products that a unit holds. */
export async function limitsOf(on: Queryable, gtins: readonly string[]): Promise<Rule[]> {
  const rows = await on.query<{ record: unknown }>(
    'select record from products where gtin = any($1::text[]) order by gtin',
    [[...new Set(gtins)]],
  );
  return rows.flatMap(({ record }) => productRecordSchema.parse(record).limits);
}

async function originOf(on: Queryable, id: string): Promise<'declared' | 'network' | null> {
  const [row] = await on.query<{ origin: 'declared' | 'network' }>(
    "select record ->> 'origin' as origin from state where kind = 'item' and key = $1",
    [id],
  );
  return row?.origin ?? null;
}

function stateOf({ hops, transits }: Pick<Lot, 'hops' | 'transits'>): Lot['state'] {
  if (hops.some((hop) => hop.departureMs === null)) return 'held';
  if (transits.some((transit) => transit.receivedMs === null)) return 'in-transit';
  return hops.length + transits.length > 0 ? 'gone' : 'seen';
}

async function holdingsOf(on: Queryable, id: string): Promise<Lot['holdings']> {
  const rows = await on.query<{
    place: string;
    custodian: string;
    amount: string;
    uom: string | null;
    disposition: string | null;
    since_ms: number;
  }>(
    `select place, record ->> 'custodian' as custodian, record ->> 'amount' as amount, record ->> 'uom' as uom,
       record ->> 'disposition' as disposition, (record ->> 'sinceMs')::bigint as since_ms
     from holdings where item = $1 order by place`,
    [id],
  );
  const place = await placesOf(
    on,
    rows.map((row) => row.place),
  );
  return rows.map((row) => ({
    place: place(row.place),
    custodian: row.custodian,
    quantity: { amount: row.amount, uom: row.uom },
    disposition: row.disposition,
    sinceMs: row.since_ms,
  }));
}

/** Events that speak of the lot $2, and those that speak of the units $1 while it was in them. */
const eventsConcerned = `events e join event_items i on i.event = e.event and i.declaration = e.declaration
     where i.item = $2 or (i.item = any($1::text[]) and exists (
       select 1 from presences p where p.subject = $2 and p.at = 'unit' and p.where_id = i.item
         and e.time_ms between p.from_ms and p.to_ms))`;

/** When the lot was first and last heard of, over all events, however many are shown. */
async function spanOf(
  on: Queryable,
  items: readonly string[],
  id: string,
  known: number,
): Promise<{ firstMs: number; lastMs: number }> {
  const [row] = await on.query<{ first_ms: number | null; last_ms: number | null }>(
    `select min(e.time_ms) as first_ms, max(e.time_ms) as last_ms from ${eventsConcerned}`,
    [[...new Set(items)], id],
  );
  return { firstMs: row?.first_ms ?? known, lastMs: row?.last_ms ?? known };
}

/** What the last event that speaks of the lot itself, and says so, makes of it. */
async function dispositionOf(on: Queryable, id: string): Promise<string | null> {
  const [row] = await on.query<{ disposition: string }>(
    `select e.disposition from events e join event_items i on i.event = e.event and i.declaration = e.declaration
     where i.item = $1 and e.disposition is not null
     order by e.time_ms desc, e.block desc, e.tx_position desc, e.position desc limit 1`,
    [id],
  );
  return row?.disposition ?? null;
}

/**
 * Events that speak of the lot, and those that speak of units while it was in them, in the order of their own times.
 * `roles` is empty for the latter. Where there are more than `maxEventsPerLot`, the earliest.
 */
async function eventsOf(
  on: Queryable,
  items: readonly string[],
  id: string,
): Promise<{ events: Lot['events']; truncated: boolean }> {
  const selected = await on.query<{
    event: string;
    type: string;
    action: string | null;
    biz_step: string | null;
    disposition: string | null;
    time_ms: number;
    place: string | null;
    msp_id: string;
    signer: string;
    outcome: string;
    flags: string[];
    transaction_id: string;
    block: number;
    roles: string[];
  }>(
    `select e.event, e.type, e.action, e.biz_step, e.disposition, e.time_ms, e.place, e.msp_id, e.signer, e.outcome, e.flags,
       e.transaction_id, e.block, coalesce(jsonb_agg(distinct i.role) filter (where i.item = $2), '[]') as roles
     from ${eventsConcerned}
     group by e.event, e.declaration
     order by e.time_ms, e.block, e.tx_position, e.position
     limit ${maxEventsPerLot + 1}`,
    [[...new Set(items)], id],
  );
  const rows = selected.slice(0, maxEventsPerLot);
  const place = await placesOf(
    on,
    rows.map((row) => row.place),
  );
  const events = rows.map((row) => ({
    event: row.event,
    type: row.type,
    action: row.action,
    bizStep: row.biz_step,
    disposition: row.disposition,
    timeMs: row.time_ms,
    place: row.place === null ? null : place(row.place),
    mspId: row.msp_id,
    signer: row.signer,
    outcome: row.outcome,
    flags: row.flags,
    roles: row.roles,
    transactionId: row.transaction_id,
    block: row.block,
  }));
  return { events, truncated: selected.length > maxEventsPerLot };
}
