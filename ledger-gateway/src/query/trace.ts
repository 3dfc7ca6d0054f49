import { z } from 'zod';
import { found } from '../gateway-error.ts';
import { identify } from '../projection/item-row.ts';
import { openEndMs } from '../projection/rows.ts';
import type { Queryable } from '../store/database.ts';
import { asOfSchema } from './freshness.ts';
import { evidenceOf, placesOf } from './lookups.ts';
import { endOrNull, maxWhereaboutsRows, whereabouts } from './whereabouts.ts';

/** Steps of one walk; a graph beyond it says that it is cut short. */
export const maxTraceRows = 5_000;

export const directionSchema = z.enum(['back', 'forward', 'both']);
export type Direction = z.infer<typeof directionSchema>;

const nodeSchema = z.object({
  /** Canonical identifier of goods and units; the GLN of a place. */
  id: z.string(),
  kind: z.enum(['lot', 'item', 'unit', 'place']),
  label: z.string(),
  gtin: z.string().nullable(),
  lot: z.string().nullable(),
  product: z.string().nullable(),
  custodian: z.string().nullable(),
  start: z.boolean(),
});

const edgeSchema = z.object({
  from: z.string(),
  to: z.string(),
  /**
   * `transformed`: goods into goods; `packed`: a thing into a unit; `at`: a thing at a place; `shipped`: from place to
   * place, `of` a thing.
   */
  kind: z.enum(['transformed', 'packed', 'at', 'shipped']),
  of: z.string().nullable(),
  fromMs: z.int(),
  toMs: z.int().nullable(),
  amount: z.string().nullable(),
  uom: z.string().nullable(),
  /** The event that proves it, and the one that ends it. */
  event: z.string(),
  untilEvent: z.string().nullable(),
  transactionId: z.string().nullable(),
  block: z.int().nullable(),
});

export const traceSchema = z.object({
  start: z.string(),
  direction: directionSchema,
  nodes: z.array(nodeSchema),
  edges: z.array(edgeSchema),
  /** Canonical identifiers of the lots reached, the start itself left out. */
  lots: z.array(z.string()),
  truncated: z.boolean(),
  /** Time that the walk took here, in milliseconds. */
  ms: z.number(),
  ...asOfSchema.shape,
});
export type Trace = z.infer<typeof traceSchema>;
type TraceNode = z.infer<typeof nodeSchema>;
type TraceEdge = z.infer<typeof edgeSchema>;

interface Reached extends Record<string, unknown> {
  readonly item: string;
  readonly from_ms: number;
  readonly to_ms: number;
}

/**
 * Walks a lot's lineage and shows the way it all took.
 *
 * Back: through transformations from outputs to inputs. Forward: from inputs to outputs. Beginning at a unit, the walk
 * takes in its contents, while they were inside. What merely travelled along in the same unit is not touched. Each reached
 * thing is then shown with the units and places it was in, up to the moment it went into something else (back) or from
 * the moment it was made (forward).
 *
 * Throws `not-found`.
 */
export async function readTrace(
  on: Queryable,
  start: string,
  direction: Direction,
  elapsedMs: () => number,
): Promise<Omit<Trace, 'asOf' | 'stale'>> {
  const [known] = await on.query('select 1 from items where item = $1', [start]);
  found(known, 'the lot', { id: start });
  const walks = direction === 'both' ? (['back', 'forward'] as const) : [direction];
  const reached: Reached[] = [];
  for (const each of walks) reached.push(...(await walk(on, start, each)));
  const windows = widest(reached);
  const things = windows.map((window) => window.item);
  const where = await whereabouts(on, windows);
  const lineage = await transformations(on, things);
  const edges = [...lineage, ...where.map(edgeOf)];
  const evidence = await evidenceOf(
    on,
    edges.map((edge) => edge.event),
  );
  const unique = new Map(
    edges.map((edge) => [`${edge.kind} ${edge.from} ${edge.to} ${edge.of} ${edge.fromMs} ${edge.event}`, edge]),
  );
  const nodes = await nodesOf(on, start, [...unique.values()], things);
  return {
    start,
    direction,
    nodes,
    edges: [...unique.values()].map((edge) => {
      const proof = evidence.get(edge.event);
      return { ...edge, transactionId: proof?.transactionId ?? null, block: proof?.block ?? null };
    }),
    lots: nodes.filter((node) => node.kind === 'lot' && !node.start && things.includes(node.id)).map((node) => node.id),
    truncated: reached.length >= maxTraceRows || where.length >= maxWhereaboutsRows,
    ms: elapsedMs(),
  };
}

/** Movements that join inputs and outputs of a transformation, by direction. */
const step = {
  forward: `select made.subject as item, made.time_ms as from_ms, ${openEndMs}::bigint as to_ms, false as inside
            from movements used
            join movements made on made.from_at = 'transformation' and made.from_id = used.to_id
            where used.subject = w.item and used.to_at = 'transformation' and used.time_ms between w.from_ms and w.to_ms`,
  back: `select used.subject as item, 0::bigint as from_ms, used.time_ms as to_ms, false as inside
         from movements made
         join movements used on used.to_at = 'transformation' and used.to_id = made.from_id
         where made.subject = w.item and made.from_at = 'transformation' and made.time_ms <= w.to_ms`,
} as const;

async function walk(on: Queryable, start: string, direction: 'back' | 'forward'): Promise<Reached[]> {
  return on.query<Reached>(
    `with recursive walk (item, from_ms, to_ms, inside) as (
       select $1::text, 0::bigint, ${openEndMs}::bigint, true
       union
       select n.item, n.from_ms, n.to_ms, n.inside from walk w cross join lateral (
         ${step[direction]}
         union all
         select p.subject, greatest(w.from_ms, p.from_ms), case when ${direction === 'forward'} then ${openEndMs}::bigint else least(w.to_ms, p.to_ms) end, p.is_unit
         from presences p
         where w.inside and p.at = 'unit' and p.where_id = w.item and p.from_ms <= w.to_ms and p.to_ms >= w.from_ms
       ) n
     )
     select item, from_ms, to_ms from walk limit ${maxTraceRows}`,
    [start],
  );
}

/** One window a thing, as wide as all its walks together: it is shown once. */
function widest(reached: readonly Reached[]): { item: string; fromMs: number; toMs: number }[] {
  const windows = new Map<string, { item: string; fromMs: number; toMs: number }>();
  for (const { item, from_ms, to_ms } of reached) {
    const known = windows.get(item);
    windows.set(item, {
      item,
      fromMs: Math.min(known?.fromMs ?? from_ms, from_ms),
      toMs: Math.max(known?.toMs ?? to_ms, to_ms),
    });
  }
  return [...windows.values()];
}

async function transformations(on: Queryable, things: readonly string[]): Promise<TraceEdge[]> {
  const rows = await on.query<{
    input: string;
    output: string;
    time_ms: number;
    event: string;
    amount: string | null;
    uom: string | null;
  }>(
    `select used.subject as input, made.subject as output, made.time_ms, made.event, used.amount, used.uom
     from movements used join movements made on made.from_at = 'transformation' and made.from_id = used.to_id
     where used.to_at = 'transformation' and used.subject = any($1::text[]) and made.subject = any($1::text[])
     order by made.time_ms, input, output`,
    [things],
  );
  return rows.map((row) => ({
    from: row.input,
    to: row.output,
    kind: 'transformed',
    of: null,
    fromMs: row.time_ms,
    toMs: row.time_ms,
    amount: row.amount,
    uom: row.uom,
    event: row.event,
    untilEvent: null,
    transactionId: null,
    block: null,
  }));
}

function edgeOf(presence: Awaited<ReturnType<typeof whereabouts>>[number]): TraceEdge {
  const inTransit = presence.at === 'transit';
  return {
    from: inTransit ? (presence.transit_from ?? '') : presence.carrier,
    to: inTransit ? (presence.transit_to ?? '') : presence.where_id,
    kind: inTransit ? 'shipped' : presence.at === 'unit' ? 'packed' : 'at',
    of: inTransit ? presence.carrier : null,
    fromMs: presence.from_ms,
    toMs: endOrNull(presence.to_ms),
    amount: presence.amount,
    uom: presence.uom,
    event: presence.from_event,
    untilEvent: presence.to_event,
    transactionId: null,
    block: null,
  };
}

async function nodesOf(
  on: Queryable,
  start: string,
  edges: readonly TraceEdge[],
  things: readonly string[],
): Promise<TraceNode[]> {
  const placeIds = new Set(
    edges.flatMap((edge) => (edge.kind === 'shipped' ? [edge.from, edge.to] : edge.kind === 'at' ? [edge.to] : [])),
  );
  const units = new Set(edges.flatMap((edge) => (edge.kind === 'packed' ? [edge.to] : [])));
  const ids = [...new Set([start, ...things, ...edges.flatMap((edge) => [edge.from, edge.to])])];
  const names = new Map(
    (
      await on.query<{ item: string; gtin: string; lot: string | null; product: string | null }>(
        `select i.item, i.gtin, i.lot, p.name as product from items i left join products p on p.gtin = i.gtin
         where i.item = any($1::text[])`,
        [ids],
      )
    ).map((row) => [row.item, row]),
  );
  const place = await placesOf(on, placeIds);
  return ids.map((id): TraceNode => {
    if (placeIds.has(id)) {
      const { name, custodian } = place(id);
      return { id, kind: 'place', label: name ?? id, gtin: null, lot: null, product: null, custodian, start: false };
    }
    const key = identify(id);
    const named = names.get(id);
    const kind =
      key?.kind === 'lgtin' ? 'lot' : units.has(id) || key?.kind === 'sscc' || key?.kind === 'grai' ? 'unit' : 'item';
    const label = key?.kind === 'sscc' ? key.sscc : (named?.lot ?? id);
    return {
      id,
      kind,
      label,
      gtin: named?.gtin ?? null,
      lot: named?.lot ?? null,
      product: named?.product ?? null,
      custodian: null,
      start: id === start,
    };
  });
}
