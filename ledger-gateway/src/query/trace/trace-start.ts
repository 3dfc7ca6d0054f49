import { found } from '../../gateway-error.ts';
import { flowEnds } from '../../projection/flow-ends.ts';
import { openEndMs } from '../../projection/rows.ts';
import { plannedOnce, type Queryable } from '../../store/database.ts';
import type { FlowBook } from './flow-book.ts';
import type { Reach } from './reach.ts';
import { staysOf } from './stays.ts';
import { maxTraceStarts, maxUnitDepth } from './trace-limits.ts';
import type { Whereabouts } from './whereabouts-of-goods.ts';
import type { Span } from './windows.ts';

/** A place and a span of time: whatever lay there then, loose or in units. */
export interface PlaceStart {
  /** GLN. */
  readonly place: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Goods that were in a pool for a while. */
export interface Inside {
  readonly subject: number;
  readonly at: number;
  readonly id: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** The flow that brought them, and that which left nothing, in the order of the ledger; where they happened in that time. */
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
}

/** What a walk starts from. */
export interface TraceStart {
  /** Canonical identifier, or the GLN of a place. */
  readonly id: string;
  /** Number of the GLN, where it is a place. */
  readonly place: number | null;
  /** Traced whole: a lot, a serial number. */
  readonly goods: readonly number[];
  /** Traced from when and where they were. */
  readonly inside: readonly Inside[];
  /** Units whose own way is shown. */
  readonly units: readonly { readonly unit: number; readonly fromMs: number; readonly toMs: number }[];
  readonly isCut: boolean;
}

/** What an identifier, or a place and time, means here. Throws `not-found`. */
export async function startOf(on: Queryable, book: FlowBook, from: string | PlaceStart): Promise<TraceStart> {
  if (typeof from !== 'string') {
    const place = Number(from.place);
    return { id: from.place, place, goods: [], units: [], ...(await insidePlace(on, book, from)) };
  }
  const [item] = await on.query<{ number: number }>('select number from items where item = $1', [from], plannedOnce);
  const { number } = found(item, 'the lot', { id: from });
  await book.read({ subjects: [number], madeBy: [], usedBy: [] });
  if (book.flowsOf(number).every(({ amount }) => amount !== null))
    return { id: from, place: null, goods: [number], inside: [], units: [], isCut: false };
  return {
    id: from,
    place: null,
    goods: [],
    units: [{ unit: number, fromMs: 0, toMs: Number.POSITIVE_INFINITY }],
    ...(await insideUnit(on, book, { unit: from, fromMs: 0, toMs: openEndMs })),
  };
}

/** Puts the start into a walk, and gives the things that are to be read for it. */
export function enter(reach: Reach, { goods, inside, units }: TraceStart): Set<number> {
  for (const subject of goods) reach.addWhole(subject);
  for (const { subject, at, id, fromMs, toMs, firstSeq, lastSeq } of inside) {
    const mark =
      reach.direction === 'forward'
        ? { ms: fromMs, seq: firstSeq ?? Number.POSITIVE_INFINITY }
        : { ms: toMs, seq: lastSeq ?? -1 };
    reach.addPool(subject, at, id, mark);
  }
  return new Set([
    ...goods,
    ...inside.flatMap(({ subject, at, id }) => (at === flowEnds.unit ? [subject, id] : [subject])),
    ...units.map(({ unit }) => unit),
  ]);
}

/** Shows the way of the start's own units. */
export function showUnits(whereabouts: Whereabouts, { units }: TraceStart): void {
  for (const { unit, ...span } of units) whereabouts.addUnit(unit, span);
}

/** What was in a unit, at any depth, for some time of a span. */
export function insideUnit(
  on: Queryable,
  book: FlowBook,
  { unit, fromMs, toMs }: { readonly unit: string; readonly fromMs: number; readonly toMs: number },
): Promise<Pick<TraceStart, 'inside' | 'isCut'>> {
  return contents(
    on,
    book,
    `select p.subject, p.at, p.where_id, p.is_unit, greatest(p.from_ms, $2::bigint), least(p.to_ms, $3::bigint), 1
     from presences p where p.where_id = $1 and p.at = 'unit' and p.from_ms <= $3 and p.to_ms >= $2`,
    [unit, fromMs, toMs],
  );
}

/**
 * What lay at a place for some time of a span. Stays are looked for by how long they lasted: one of n binary digits of milliseconds
 * that meets the span began less than 2^n ms before it, so that each length is one short range of an index.
 */
export function insidePlace(
  on: Queryable,
  book: FlowBook,
  { place, fromMs, toMs }: PlaceStart,
): Promise<Pick<TraceStart, 'inside' | 'isCut'>> {
  return contents(on, book, staysAtPlace, [place, fromMs, toMs]);
}

const staysAtPlace = `select p.subject, p.at, p.where_id, p.is_unit, greatest(p.from_ms, $2::bigint), least(p.to_ms, $3::bigint), 1
  from generate_series(0, 48) as length(digits)
  join presences p on p.where_id = $1 and p.at = 'place' and p.span = length.digits::smallint
    and p.from_ms between $2::bigint - (1::bigint << length.digits) and $3::bigint and p.to_ms >= $2::bigint`;

async function contents(
  on: Queryable,
  book: FlowBook,
  outermost: string,
  parameters: readonly [where: string, fromMs: number, toMs: number],
): Promise<Pick<TraceStart, 'inside' | 'isCut'>> {
  const rows = await on.query<{
    subject: number;
    at: 'place' | 'unit';
    place: string;
    unit: number | null;
    from_ms: number;
    to_ms: number;
  }>(
    `with recursive inside (subject, at, where_id, is_unit, from_ms, to_ms, depth) as (
       ${outermost}
       union all
       select p.subject, p.at, p.where_id, p.is_unit, greatest(i.from_ms, p.from_ms), least(i.to_ms, p.to_ms), i.depth + 1
       from inside i
       join presences p on p.at = 'unit' and p.where_id = i.subject and p.from_ms <= i.to_ms and p.to_ms >= i.from_ms
       where i.is_unit and i.depth < ${maxUnitDepth}
     )
     select s.number as subject, i.at, i.where_id as place, u.number as unit, i.from_ms, i.to_ms
     from inside i join items s on s.item = i.subject left join items u on u.item = i.where_id
     where not i.is_unit
     order by i.from_ms, s.number limit ${maxTraceStarts + 1}`,
    parameters,
  );
  const inside = joined(
    rows.slice(0, maxTraceStarts).map((row) => ({
      subject: row.subject,
      at: flowEnds[row.at],
      id: row.at === 'unit' ? (row.unit ?? 0) : Number(row.place),
      fromMs: row.from_ms,
      toMs: row.to_ms,
    })),
  );
  await book.read({ subjects: inside.map(({ subject }) => subject), madeBy: [], usedBy: [] });
  return { isCut: rows.length > maxTraceStarts, inside: inside.map((each) => withSequence(book, each)) };
}

/**
 * Adds where in the order of the ledger goods came and went, if that was in the time that matters: a clock that is wrong may say
 * that they left before they came.
 */
function withSequence(book: FlowBook, inside: Span & Pick<Inside, 'subject' | 'at' | 'id'>): Inside {
  const stays = staysOf(book.flowsOf(inside.subject)).filter(({ at, id }) => at === inside.at && id === inside.id);
  const began = stays.find(({ fromMs }) => fromMs >= inside.fromMs && fromMs <= inside.toMs);
  const ended = stays.findLast(({ toMs }) => toMs >= inside.fromMs && toMs <= inside.toMs);
  return { ...inside, firstSeq: began?.first.seq ?? null, lastSeq: ended?.last?.seq ?? null };
}

/** Times of one thing in one pool that overlap or touch are one, as when its unit was set down where it was. */
function joined<I extends Span & Pick<Inside, 'subject' | 'at' | 'id'>>(inside: readonly I[]): I[] {
  const last = new Map<string, I>();
  const all: I[] = [];
  for (const each of inside) {
    const key = `${each.subject} ${each.at} ${each.id}`;
    const before = last.get(key);
    if (before && each.fromMs <= before.toMs) last.set(key, { ...before, toMs: Math.max(before.toMs, each.toMs) });
    else {
      if (before) all.push(before);
      last.set(key, each);
    }
  }
  return [...all, ...last.values()];
}
