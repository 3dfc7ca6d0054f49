import { z } from 'zod';
import { found } from '../../gateway-error.ts';
import { flowEnds } from '../../projection/flow-ends.ts';
import type { Queryable } from '../../store/database.ts';
import { asOfSchema } from '../freshness.ts';
import { quantitySchema } from '../shapes.ts';
import type { Flow } from './flow.ts';
import { FlowBook } from './flow-book.ts';
import { ProofBook } from './proof-book.ts';
import { QuantitySum } from './quantity-sum.ts';
import { traceStart } from './read-trace.ts';
import { staysOf } from './stays.ts';
import { glnText, namesOf } from './trace-names.ts';
import { traceSchema } from './trace-shapes.ts';
import { type Inside, insidePlace, insideUnit, type TraceStart } from './trace-start.ts';

/** A place or a unit, and a span of time in which something happened there. */
export interface Exposed {
  readonly place: string | null;
  /** Canonical identifier. */
  readonly unit: string | null;
  readonly fromMs: number;
  readonly toMs: number;
}

const exposedSchema = z.object({
  place: z.string().nullable(),
  unit: z.string().nullable(),
  fromMs: z.int(),
  toMs: z.int(),
});

export const exposureSchema = z.object({
  /** What the device reported, where the question is about an excursion. */
  excursion: z
    .object({
      device: z.string(),
      stream: z.string(),
      rule: z.string(),
      fromMs: z.int(),
      toMs: z.int(),
      peak: z.int(),
    })
    .nullable(),
  /** Where that was: the device's place, and the units that it travelled with. */
  where: z.array(exposedSchema),
  lots: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['lot', 'item']),
      gtin: z.string().nullable(),
      lot: z.string().nullable(),
      product: z.string().nullable(),
      place: z.string().nullable(),
      unit: z.string().nullable(),
      /** How long it was there while that lasted. */
      fromMs: z.int(),
      toMs: z.int(),
      /** So much of it at most: all that came by the end, less what had left by the beginning. */
      quantities: z.array(quantitySchema),
      /** The event that brought it there, with its transaction and block. */
      event: z.string(),
      transactionId: z.string(),
      block: z.int(),
    }),
  ),
  /** Their further way, where it was asked for. */
  further: traceSchema.omit({ asOf: true, stale: true }).nullable(),
  truncated: z.boolean(),
  ms: z.number(),
  ...asOfSchema.shape,
});
export type Exposure = z.infer<typeof exposureSchema>;

/** Which excursion is meant: its place in a statement. */
export interface ExcursionKey {
  readonly node: string;
  readonly sequence: number;
  readonly position: number;
}

/** A device, and a span of time in which it said something that matters. */
export interface DeviceSpan {
  readonly device: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Everything that was in the same place or unit while something happened there. Throws `not-found`. */
export async function readExposure(
  on: Queryable,
  asked: ExcursionKey | DeviceSpan | Exposed,
  options: { readonly further: boolean; readonly nowMs: number; readonly elapsedMs: () => number },
): Promise<Omit<Exposure, 'asOf' | 'stale'>> {
  const reported = 'node' in asked ? await excursionOf(on, asked) : null;
  const heard = reported
    ? { device: reported.device, fromMs: reported.from_ms, toMs: reported.to_ms }
    : 'device' in asked
      ? asked
      : null;
  const where = heard ? await whereWas(on, heard) : [asked as Exposed];
  const book = new FlowBook(on);
  const found: Inside[] = [];
  let isCut = false;
  for (const { place, unit, fromMs, toMs } of where) {
    const span = { fromMs, toMs };
    for (const { inside, isCut: cut } of [
      ...(place === null ? [] : [await insidePlace(on, book, { place, ...span })]),
      ...(unit === null ? [] : [await insideUnit(on, book, { unit, ...span })]),
    ]) {
      found.push(...inside);
      isCut ||= cut;
    }
  }
  const brought = found.map((inside) => broughtBy(book, inside));
  const steps = brought.filter((step) => step !== null);
  const things = found.flatMap(({ subject, at, id }) => (at === flowEnds.unit ? [subject, id] : [subject]));
  const names = await namesOf(on, { things, places: [] }, new ProofBook(on).ofSteps(steps).whole());
  const start: TraceStart = {
    id: where.map(({ place, unit }) => place ?? unit).join(' '),
    place: null,
    goods: [],
    inside: found,
    units: [],
    isCut,
  };
  const { elapsedMs, nowMs } = options;
  return {
    excursion: reported && {
      device: reported.device,
      stream: reported.stream,
      rule: reported.rule,
      fromMs: reported.from_ms,
      toMs: reported.to_ms,
      peak: reported.peak,
    },
    where: where.map((each) => ({ ...each })),
    lots: found.map((inside, index) => {
      const { item, kind, gtin, lot, product } = names.thing(inside.subject);
      return {
        id: item,
        kind: kind === 'lgtin' ? ('lot' as const) : ('item' as const),
        gtin,
        lot,
        product,
        place: inside.at === flowEnds.place ? glnText(inside.id) : null,
        unit: inside.at === flowEnds.unit ? names.thing(inside.id).item : null,
        fromMs: inside.fromMs,
        toMs: inside.toMs,
        quantities: presentAmounts(book, inside),
        ...names.proof(brought[index]?.seq ?? 0),
      };
    }),
    further: options.further
      ? await traceStart(on, book, start, 'forward', elapsedMs, { nowMs, conditions: false })
      : null,
    truncated: isCut || book.isCut,
    ms: elapsedMs(),
  };
}

interface Reported extends Record<string, unknown> {
  readonly device: string;
  readonly stream: string;
  readonly rule: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly peak: number;
}

/** An excursion with all of its time: one that goes on over several batches is in each of them, from the same beginning. */
async function excursionOf(on: Queryable, { node, sequence, position }: ExcursionKey): Promise<Reported> {
  const [row] = await on.query<Reported>(
    `select e.device, e.stream, e.rule, e.from_ms, max(a.to_ms) as to_ms, e.peak
     from excursions e
     join excursions a on a.device = e.device and a.from_ms = e.from_ms and a.stream = e.stream and a.rule = e.rule
     where e.node = $1 and e.sequence = $2 and e.position = $3
     group by e.device, e.stream, e.rule, e.from_ms, e.peak`,
    [node, sequence, position],
  );
  return found(row, 'the excursion', { node, sequence, position });
}

/** Where a device was: at the places where it was fixed, and with the units that it was associated with. Throws `not-found`. */
async function whereWas(on: Queryable, { device, fromMs, toMs }: DeviceSpan): Promise<Exposed[]> {
  const [known] = await on.query('select 1 from devices where device = $1', [device]);
  found(known, 'the device', { device });
  const rows = await on.query<{ place: string | null; unit: string | null; from_ms: number; to_ms: number }>(
    `select w.place, w.unit, greatest(w.from_ms, $2::bigint) as from_ms, least(w.to_ms, $3::bigint) as to_ms
     from (
       select p.place, null as unit, p.from_ms, p.to_ms from device_places p where p.device = $1
       union all
       select null, case when a.parent = d.epc then a.child else a.parent end, a.from_ms, a.to_ms
       from devices d join associations a on (a.parent = d.epc or a.child = d.epc) where d.device = $1
     ) w
     where w.from_ms <= $3 and w.to_ms >= $2 order by w.unit nulls first, 3, w.place`,
    [device, fromMs, toMs],
  );
  return rows.map(({ place, unit, from_ms, to_ms }) => ({ place, unit, fromMs: from_ms, toMs: to_ms }));
}

function broughtBy(book: FlowBook, { subject, at, id, fromMs }: Inside): Flow | null {
  const stay = staysOf(book.flowsOf(subject)).find(
    (each) => each.at === at && each.id === id && each.fromMs <= fromMs && each.toMs >= fromMs,
  );
  return stay?.first ?? null;
}

function presentAmounts(book: FlowBook, { subject, at, id, fromMs, toMs }: Inside) {
  const sum = new QuantitySum();
  for (const flow of book.flowsOf(subject)) {
    if (flow.amount === null) continue;
    const quantity = { amount: flow.amount, uom: flow.uom };
    if (flow.toAt === at && flow.toId === id && flow.timeMs <= toMs) sum.add(quantity);
    if (flow.fromAt === at && flow.fromId === id && flow.timeMs < fromMs) sum.subtract(quantity);
  }
  return sum.quantities;
}
