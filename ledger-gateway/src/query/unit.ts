import { type UnitRecord, unitRecordSchema } from '@hopline/protocol';
import { canonicalLink, sscc18 } from '@hopline/protocol/gs1';
import { z } from 'zod';
import { found } from '../gateway-error.ts';
import { openEndMs } from '../projection/rows.ts';
import type { Queryable } from '../store/database.ts';
import { asOfSchema } from './freshness.ts';
import { historyOf } from './history.ts';
import { evidenceOf } from './lookups.ts';
import { limitsOf } from './lot.ts';
import { conditionsSchema, containmentSchema, evidenceSchema, hopSchema, transitSchema } from './shapes.ts';
import { endOrNull } from './whereabouts.ts';

export const maxContentRows = 5_000;

export const unitSchema = z.object({
  id: z.string(),
  sscc: z.string(),
  /** The unit as it is now on the ledger; `null` for one that is only spoken of. */
  location: z.record(z.string(), z.unknown()).nullable(),
  custodian: z.string().nullable(),
  disposition: z.string().nullable(),
  hops: z.array(hopSchema),
  transits: z.array(transitSchema),
  /** Units around it. */
  units: z.array(containmentSchema),
  /** What was in it and when, at any depth. */
  contents: z.array(containmentSchema),
  trackers: z.array(
    z.object({
      epc: z.string(),
      device: z.string().nullable(),
      fromMs: z.int(),
      toMs: z.int().nullable(),
      joined: evidenceSchema.nullable(),
      parted: evidenceSchema.nullable(),
    }),
  ),
  conditions: conditionsSchema,
  truncated: z.boolean(),
  ...asOfSchema.shape,
});
export type Unit = z.infer<typeof unitSchema>;

/** All that is known of a logistic unit. Throws `not-found`, ProtocolError `gs1-…`. */
export async function readUnit(on: Queryable, sscc: string, nowMs: number): Promise<Omit<Unit, 'asOf' | 'stale'>> {
  const id = canonicalLink({ kind: 'sscc', sscc: sscc18(sscc) });
  const [item] = await on.query('select 1 from items where item = $1', [id]);
  found(item, 'the unit', { sscc });
  const [row] = await on.query<{ record: unknown }>('select record from units where unit = $1', [id]);
  const record: UnitRecord | null = row ? unitRecordSchema.parse(row.record) : null;
  const contents = await contentsOf(on, id);
  const limits = await limitsOf(
    on,
    await gtinsOf(
      on,
      contents.map((content) => content.item),
    ),
  );
  const history = await historyOf(on, id, { limits, itself: true, nowMs });
  return {
    id,
    sscc: sscc18(sscc),
    location: record?.location ?? null,
    custodian: record?.custodian ?? null,
    disposition: record?.disposition ?? null,
    ...history,
    contents,
    trackers: await trackersOf(on, id),
    truncated: history.truncated || contents.length >= maxContentRows,
  };
}

interface ContentRow extends Record<string, unknown> {
  readonly item: string;
  readonly unit: string;
  readonly is_unit: boolean;
  readonly amount: string | null;
  readonly uom: string | null;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly from_event: string;
  readonly to_event: string | null;
}

async function contentsOf(on: Queryable, id: string): Promise<Unit['contents']> {
  const rows = await on.query<ContentRow>(
    `with recursive inside (item, unit, is_unit, amount, uom, from_ms, to_ms, from_event, to_event, depth) as (
       select p.subject, p.where_id, p.is_unit, p.entered, p.uom, p.from_ms, p.to_ms, p.from_event, p.to_event, 1
       from presences p where p.at = 'unit' and p.where_id = $1
       union
       select p.subject, p.where_id, p.is_unit, p.entered, p.uom, greatest(i.from_ms, p.from_ms), least(i.to_ms, p.to_ms),
         p.from_event, p.to_event, i.depth + 1
       from inside i
       join presences p on p.at = 'unit' and p.where_id = i.item and p.from_ms <= i.to_ms and p.to_ms >= i.from_ms
       where i.is_unit and i.depth < 16
     )
     select * from inside order by from_ms, item, unit limit ${maxContentRows}`,
    [id],
  );
  const evidence = await evidenceOf(
    on,
    rows.flatMap((row) => [row.from_event, row.to_event]),
  );
  return rows.map((row) => ({
    item: row.item,
    unit: row.unit,
    isUnit: row.is_unit,
    quantity: row.amount === null ? null : { amount: row.amount, uom: row.uom },
    fromMs: row.from_ms,
    toMs: endOrNull(row.to_ms),
    packed: evidence.get(row.from_event) ?? null,
    unpacked: evidence.get(row.to_event ?? '') ?? null,
  }));
}

async function gtinsOf(on: Queryable, items: readonly string[]): Promise<string[]> {
  const rows = await on.query<{ gtin: string }>(
    'select distinct gtin from items where item = any($1::text[]) and gtin is not null order by gtin',
    [[...new Set(items)]],
  );
  return rows.map((row) => row.gtin);
}

async function trackersOf(on: Queryable, id: string): Promise<Unit['trackers']> {
  const rows = await on.query<{
    epc: string;
    device: string | null;
    from_ms: number;
    to_ms: number;
    from_event: string;
    to_event: string | null;
  }>(
    `select t.epc, d.device, t.from_ms, t.to_ms, t.from_event, t.to_event
     from (select case when parent = $1 then child else parent end as epc, from_ms, to_ms, from_event, to_event
           from associations where parent = $1 or child = $1) t
     left join devices d on d.epc = t.epc
     order by t.from_ms, t.epc`,
    [id],
  );
  const evidence = await evidenceOf(
    on,
    rows.flatMap((row) => [row.from_event, row.to_event]),
  );
  return rows.map((row) => ({
    epc: row.epc,
    device: row.device,
    fromMs: row.from_ms,
    toMs: row.to_ms >= openEndMs ? null : row.to_ms,
    joined: evidence.get(row.from_event) ?? null,
    parted: evidence.get(row.to_event ?? '') ?? null,
  }));
}
