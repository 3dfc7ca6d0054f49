import { type TransformationRecord, transformationRecordSchema } from '@hopline/protocol';
import type { Quantity } from '@hopline/protocol/epcis';
import { z } from 'zod';
import { flowEnds } from '../../projection/flow-ends.ts';
import { ledgerPlace } from '../../projection/ledger-sequence.ts';
import { plannedOnce, type Queryable } from '../../store/database.ts';
import { AffectedGoods } from './affected-goods.ts';
import { completenessOf } from './completeness.ts';
import { FlowBook } from './flow-book.ts';
import { ProofBook } from './proof-book.ts';
import { QuantitySum } from './quantity-sum.ts';
import { Reach } from './reach.ts';
import { remarksOn, settledAmong } from './remarks.ts';
import { traceConditions } from './trace-conditions.ts';
import { edgesOf, nameEdge, stepsOf } from './trace-edges.ts';
import { maxTraceEdges } from './trace-limits.ts';
import { namesOf } from './trace-names.ts';
import { nodesOf } from './trace-nodes.ts';
import type { Direction, Trace } from './trace-shapes.ts';
import { enter, type PlaceStart, showUnits, startOf, type TraceStart } from './trace-start.ts';
import { walk } from './walk.ts';
import { Whereabouts } from './whereabouts-of-goods.ts';

export interface TraceOptions {
  /** What the time is, for what is overdue and for conditions that still go on. */
  readonly nowMs: number;
  /** Whether the conditions of the lots are asked for: they cost more than the trace. */
  readonly conditions: boolean;
}

/**
 * Traces goods back to where they came from, forward to all that they became, or both, with the way that it all took.
 *
 * From a lot or a serial number all of it is traced; from a unit what was in it, while it was; from a place and a span of time what
 * lay there then. What merely travelled along in the same unit is not touched. The walk goes through pools (`Reach`), so
 * what left before, or went elsewhere, is not reached; where that cannot be told, all counts and the answer says so.
 *
 * @param from canonical identifier, or a place and time
 * @throws GatewayError `not-found`
 */
export async function traceGoods(
  on: Queryable,
  from: string | PlaceStart,
  direction: Direction,
  elapsedMs: () => number,
  options: TraceOptions,
): Promise<Omit<Trace, 'asOf' | 'stale'>> {
  const book = new FlowBook(on);
  return traceStart(on, book, await startOf(on, book, from), direction, elapsedMs, options);
}

/** Traces from a start that has been looked up. */
export async function traceStart(
  on: Queryable,
  book: FlowBook,
  start: TraceStart,
  direction: Direction,
  elapsedMs: () => number,
  { nowMs, conditions }: TraceOptions,
): Promise<Omit<Trace, 'asOf' | 'stale'>> {
  const walks = (direction === 'both' ? (['back', 'forward'] as const) : [direction]).map((each) => new Reach(each));
  const proofs = new ProofBook(on);
  for (const reach of walks) await walk(book, reach, enter(reach, start), (flows) => proofs.ofSteps(flows));
  const whereabouts = new Whereabouts(book);
  for (const goods of start.goods) whereabouts.goods.set(goods, new Map());
  for (const reach of walks) whereabouts.addReach(reach);
  showUnits(whereabouts, start);
  whereabouts.followUnits();

  const goods = new AffectedGoods(book, walks, whereabouts);
  const all = edgesOf(walks, whereabouts);
  const edges = all.slice(0, maxTraceEdges);
  const things = new Set([...whereabouts.goods.keys(), ...whereabouts.units.keys()]);
  const { places, units } = endsOf(book, things);
  proofs.ofSteps(stepsOf(edges));
  for (const subject of whereabouts.goods.keys()) proofs.ofSteps(goods.steps(subject));
  const remarking = remarksOn(on, [...things]);
  const [remarks, transformations, names] = await Promise.all([
    remarking,
    transformationsOf(on, walks),
    namesOf(
      on,
      { things: [...things, ...units], places: [...places, ...(start.place === null ? [] : [start.place])] },
      remarking.then((found) => proofs.ofEvents(found.map(({ seq }) => seq)).whole()),
    ),
  ]);
  const settled = await settledAmong(on, remarks, (seq) => names.proof(seq).event);
  const affected = [...whereabouts.goods.keys()].map((subject) =>
    goods.describe(subject, start.goods.includes(subject), names),
  );
  const named = edges.map((edge) => nameEdge(edge, names));
  const nodes = nodesOf(start.id, named, things, whereabouts, names);
  const asked = conditions ? await traceConditions(on, goods, [...whereabouts.goods.keys()], names, nowMs) : null;
  const isCut = book.isCut || start.isCut || all.length > edges.length;
  return {
    start: start.id,
    direction,
    nodes,
    edges: named,
    lots: affected.filter(({ kind, start: isStart }) => kind === 'lot' && !isStart).map(({ id }) => id),
    affected,
    transformations: transformations.map(summary),
    completeness: completenessOf({
      walks,
      whereabouts,
      names,
      nodes,
      affected,
      transformations,
      remarks,
      settled,
      isCut,
      isConditionsCut: asked?.isCut ?? false,
      nowMs,
    }),
    conditions: asked?.conditions ?? null,
    truncated: isCut,
    ms: elapsedMs(),
  };
}

/** Places and units that flows of things name. */
function endsOf(book: FlowBook, things: ReadonlySet<number>): { places: Set<number>; units: Set<number> } {
  const places = new Set<number>();
  const units = new Set<number>();
  for (const thing of things) {
    for (const { fromAt, fromId, toAt, toId, way } of book.flowsOf(thing)) {
      if (fromAt === flowEnds.place) places.add(fromId);
      if (toAt === flowEnds.place) places.add(toId);
      if (toAt === flowEnds.unit) units.add(toId);
      if (way > 0) places.add(way);
    }
  }
  return { places, units };
}

/** Transformations that walks went through, with what the ledger says of their masses. */
async function transformationsOf(on: Queryable, walks: readonly Reach[]): Promise<TransformationRecord[]> {
  const numbers = [...new Set(walks.flatMap((reach) => [...reach.transformations]))];
  if (numbers.length === 0) return [];
  const places = numbers.map(ledgerPlace);
  const rows = await on.query<{ record: unknown }>(
    `select s.record from (
       select e.event as id
       from unnest($1::bigint[], $2::int[], $3::int[]) as w(block, tx_position, position)
       join events e using (block, tx_position, position)
       union
       select t.id from named_transformations t where t.number = any($4::bigint[])
     ) t join state s on s.kind = 'transformation' and s.key = t.id
     order by (s.record ->> 'atMs')::bigint, s.key`,
    [
      places.map(({ block }) => block),
      places.map(({ txPosition }) => txPosition),
      places.map(({ position }) => position),
      numbers,
    ],
    plannedOnce,
  );
  return z.array(transformationRecordSchema).parse(rows.map(({ record }) => record));
}

function summary({ id, place, mspId, atMs, inputs, outputs, yieldPpm, event }: TransformationRecord) {
  return {
    id,
    place,
    mspId,
    timeMs: atMs,
    inputs: inputs.length,
    outputs: outputs.length,
    used: sumOf(inputs),
    made: sumOf(outputs),
    recoveryPpm: yieldPpm,
    event,
  };
}

function sumOf(lines: readonly Quantity[]): Quantity[] {
  const sum = new QuantitySum();
  for (const { amount, uom } of lines) sum.add({ amount, uom });
  return sum.quantities;
}
