import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { alertSchema, readAlerts } from './alerts.ts';
import { batchSchema, readBatches } from './batches.ts';
import { asOfSchema } from './freshness.ts';

const recent = 20;

export const overviewSchema = z.object({
  organisation: z.object({ mspId: z.string(), name: z.string() }),
  counts: z.object({
    organisations: z.int(),
    sites: z.int(),
    nodes: z.int(),
    devices: z.int(),
    devicesRevoked: z.int(),
    batches: z.int(),
    readings: z.int(),
    excursions: z.int(),
    alerts: z.int(),
    lots: z.int(),
    units: z.int(),
    events: z.int(),
    discrepancies: z.int(),
    missingSummaries: z.int(),
    /** Pairs of nodes that hold the same readings of a device; `/api/overlaps` lists them. */
    overlaps: z.int(),
    transactions: z.object({ valid: z.int(), invalid: z.int() }),
  }),
  batches: z.array(batchSchema),
  alerts: z.array(alertSchema),
  lots: z.array(
    z.object({
      id: z.string(),
      gtin: z.string(),
      lot: z.string(),
      product: z.string().nullable(),
      firstMs: z.int(),
      lastMs: z.int(),
    }),
  ),
  ...asOfSchema.shape,
});
export type Overview = z.infer<typeof overviewSchema>;

/** What the start page shows: how much there is, and what came last. */
export async function readOverview(
  on: Queryable,
  organisation: Overview['organisation'],
): Promise<Omit<Overview, 'asOf' | 'stale'>> {
  const [counts] = await on.query<Record<string, number>>(
    `select
       (select count(*) from organisations) as organisations,
       (select count(*) from sites) as sites,
       (select count(*) from edge_nodes) as nodes,
       (select count(*) from devices) as devices,
       (select count(*) from devices where (record ->> 'revoked')::boolean) as devices_revoked,
       (select count(*) from statements) as batches,
       (select coalesce(sum(size), 0)::bigint from statements) as readings,
       (select count(*) from (select distinct device, stream, rule, from_ms from excursions) e) as excursions,
       (select count(*) from alerts) as alerts,
       (select count(*) from items where kind = 'lgtin') as lots,
       (select count(*) from units) as units,
       (select count(*) from events) as events,
       (select count(*) from discrepancies where record ->> 'kind' <> 'settled') as discrepancies,
       (select count(*) from missing_summaries) as missing_summaries,
       (select count(*) from reading_overlaps) as overlaps,
       (select count(*) from transactions where code = 0) as valid,
       (select count(*) from transactions where code <> 0) as invalid`,
  );
  const n = (name: string) => counts?.[name] ?? 0;
  const { batches } = await readBatches(on, { limit: recent });
  const { alerts } = await readAlerts(on, { limit: recent });
  return {
    organisation,
    counts: {
      organisations: n('organisations'),
      sites: n('sites'),
      nodes: n('nodes'),
      devices: n('devices'),
      devicesRevoked: n('devices_revoked'),
      batches: n('batches'),
      readings: n('readings'),
      excursions: n('excursions'),
      alerts: n('alerts'),
      lots: n('lots'),
      units: n('units'),
      events: n('events'),
      discrepancies: n('discrepancies'),
      missingSummaries: n('missing_summaries'),
      overlaps: n('overlaps'),
      transactions: { valid: n('valid'), invalid: n('invalid') },
    },
    batches,
    alerts,
    lots: await recentLots(on),
  };
}

async function recentLots(on: Queryable): Promise<Overview['lots']> {
  const rows = await on.query<{
    item: string;
    gtin: string;
    lot: string;
    product: string | null;
    first_ms: number;
    last_ms: number;
  }>(
    `select i.item, i.gtin, i.lot, p.name as product, i.first_ms, max(e.time_ms) as last_ms
     from items i
     join event_items m on m.item = i.item
     join events e on e.event = m.event and e.declaration = m.declaration
     left join products p on p.gtin = i.gtin
     where i.kind = 'lgtin'
     group by i.item, i.gtin, i.lot, p.name, i.first_ms
     order by last_ms desc, i.item limit ${recent}`,
  );
  return rows.map((row) => ({
    id: row.item,
    gtin: row.gtin,
    lot: row.lot,
    product: row.product,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
  }));
}
