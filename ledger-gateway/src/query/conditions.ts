import { type Rule, summaryIntervalMs } from '@hopline/protocol';
import { openEndMs } from '../projection/rows.ts';
import type { Queryable } from '../store/database.ts';
import { coarsen, figuresOf } from './coarsen.ts';
import { edgeExcursions } from './edge-excursions.ts';
import { type Breach, judgeLimit } from './judge-limits.ts';
import type { Conditions, FoundExcursion, Interval, Place, StayConditions } from './shapes.ts';
import { endOrNull, type Whereabouts } from './whereabouts.ts';

/** Rows of figures that one answer reads at most; beyond it says that it is cut short. */
export const maxFigureRows = 50_000;

/** A time at a place or in a unit, for which devices can say how it was. */
export interface Stay {
  readonly place: string | null;
  readonly unit: string | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The stays that whereabouts amount to: one per place and per unit, where times that overlap or touch are one. On the
 * way, the unit's own trackers speak.
 */
export function staysOf(found: readonly Whereabouts[], nowMs: number): Stay[] {
  const spans = found.flatMap((presence): Stay[] => {
    const span = { fromMs: presence.from_ms, toMs: Math.min(presence.to_ms, nowMs) };
    if (presence.at === 'place') return [{ place: presence.where_id, unit: null, ...span }];
    return presence.at === 'unit' ? [{ place: null, unit: presence.where_id, ...span }] : [];
  });
  const groups = Map.groupBy(spans, (span) => `${span.place ?? ''}\u0000${span.unit ?? ''}`);
  return [...groups.values()]
    .flatMap((group) => {
      const merged: Stay[] = [];
      for (const span of group.sort((a, b) => a.fromMs - b.fromMs)) {
        const last = merged.at(-1);
        if (last && span.fromMs <= last.toMs)
          merged[merged.length - 1] = { ...last, toMs: Math.max(last.toMs, span.toMs) };
        else merged.push(span);
      }
      return merged;
    })
    .sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
}

/**
 * Conditions during stays: of a place from the devices that were fixed there, of a unit from the trackers that were
 * associated with it, for that time only. Excursions are the edge's own findings, and the product's limits judged over
 * the figures.
 */
export async function conditionsOf(
  on: Queryable,
  stays: readonly Stay[],
  limits: readonly Rule[],
  place: (gln: string) => Place,
): Promise<Conditions> {
  const measured = await figures(on, stays);
  const due = await calibrationDue(
    on,
    measured.map(({ device }) => device),
  );
  const excursions: FoundExcursion[] = [];
  const answers = stays.map((stay, index): StayConditions => {
    const rows = measured.filter((row) => row.stay === index);
    const streams = [...Map.groupBy(rows, (row) => `${row.device}\u0000${row.stream}\u0000${row.unit ?? ''}`).values()];
    return {
      place: stay.place === null ? null : place(stay.place),
      unit: stay.unit,
      fromMs: stay.fromMs,
      toMs: endOrNull(stay.toMs),
      streams: streams.map((group) => {
        const [first] = group as [FigureRow, ...FigureRow[]];
        const { device, stream, unit } = first;
        const intervals = joinSame(group);
        // It never rises: figures of which some are not signed by the device are not.
        const assurance = group.every((row) => row.assurance === 'device-signed')
          ? 'device-signed'
          : 'session-authenticated';
        for (const breach of breachesOf(limits, { stream, unit, intervals }, stay)) {
          excursions.push({
            device,
            stream,
            unit,
            source: 'limits',
            rule: breach.rule.id,
            min: breach.rule.min,
            max: breach.rule.max,
            fromMs: breach.fromMs,
            toMs: breach.toMs,
            peak: breach.peak,
            certainty: breach.certainty,
            assurance,
            place: stay.place,
            inUnit: stay.unit,
          });
        }
        const calibrationDueMs = due.get(device) ?? null;
        const lastMs = intervals.at(-1)?.startMs ?? 0;
        return {
          device,
          stream,
          unit,
          assurance,
          calibrationDueMs,
          calibrationOverdue: calibrationDueMs !== null && calibrationDueMs < lastMs + summaryIntervalMs,
          ...figuresOf(intervals),
          ...coarsen(intervals),
        };
      }),
    };
  });
  excursions.push(...(await edgeExcursions(on, stays, limits)));
  return {
    stays: answers,
    excursions: excursions.sort((a, b) => a.fromMs - b.fromMs || a.device.localeCompare(b.device)),
    missingSummaries: await missingSummaries(on, stays),
    truncated: measured.length >= maxFigureRows,
  };
}

/** How many excursions there were, by how sure they are. */
export interface ExcursionCount {
  readonly certain: number;
  readonly possible: number;
}

/**
 * Counts what `conditionsOf` finds, without the figures: only intervals that hold a value outside a limit leave the
 * database, because no other is part of an excursion.
 */
export async function countExcursions(
  on: Queryable,
  stays: readonly Stay[],
  limits: readonly Rule[],
): Promise<ExcursionCount> {
  const rows = limits.length === 0 ? [] : await figuresOutside(on, stays, limits);
  const streams = Map.groupBy(
    rows,
    (row) => `${row.stay}\u0000${row.device}\u0000${row.stream}\u0000${row.unit ?? ''}`,
  );
  const breaches = [...streams.values()].flatMap((group) => {
    const [{ stay, stream, unit }] = group as [OutsideRow, ...OutsideRow[]];
    const intervals = group.map((row) => ({ ...row, startMs: row.start_ms, count: 1, mean: row.min }));
    return breachesOf(limits, { stream, unit, intervals }, stays[stay] as Stay);
  });
  const found = [...breaches, ...(await edgeExcursions(on, stays, limits))];
  const count = (certainty: FoundExcursion['certainty']) =>
    found.filter((excursion) => excursion.certainty === certainty).length;
  return { certain: count('certain'), possible: count('possible') };
}

function breachesOf(
  limits: readonly Rule[],
  { stream, unit, intervals }: { stream: string; unit: string | null; intervals: readonly Interval[] },
  stay: Stay,
): Breach[] {
  return limits
    .filter((limit) => limit.stream === stream && limit.unit === unit)
    .flatMap((limit) => judgeLimit(limit, intervals, stay));
}

interface OutsideRow extends Record<string, unknown> {
  readonly stay: number;
  readonly device: string;
  readonly stream: string;
  readonly unit: string | null;
  readonly start_ms: number;
  readonly min: number;
  readonly max: number;
}

/** Figures by interval, of the intervals that break one of the limits. */
async function figuresOutside(
  on: Queryable,
  stays: readonly Stay[],
  limits: readonly Rule[],
): Promise<readonly OutsideRow[]> {
  if (stays.length === 0) return [];
  return on.query<OutsideRow>(
    `with ${devicesOfStays}, rule as (
       select * from jsonb_to_recordset($6::jsonb) as r(stream text, unit text, min bigint, max bigint)
     )
     select f.* from (
       select s.stay, c.device, c.stream, c.unit, c.start_ms, min(c.min) as min, max(c.max) as max
       from speaking s
       join conditions c on c.device = s.device and c.start_ms <= s.to_ms and c.start_ms > s.from_ms - ${summaryIntervalMs}
       where c.stream in (select stream from rule)
       group by s.stay, c.device, c.stream, c.unit, c.start_ms
     ) f
     where exists (
       select 1 from rule r where r.stream = f.stream and r.unit = f.unit and (f.max > r.max or f.min < r.min))
     order by f.stay, f.device, f.stream, f.unit, f.start_ms
     limit ${maxFigureRows}`,
    [...stayParameters(stays), JSON.stringify(limits)],
  );
}

/** Until when each device's calibration holds, in milliseconds since 1970; devices without calibration are left out. */
async function calibrationDue(on: Queryable, devices: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const names = [...new Set(devices)];
  if (names.length === 0) return new Map();
  const rows = await on.query<{ device: string; due_ms: number }>(
    `select device, (record -> 'calibration' ->> 'dueMs')::bigint as due_ms from devices
     where device = any($1::text[]) and record -> 'calibration' ->> 'dueMs' is not null`,
    [names],
  );
  return new Map(rows.map(({ device, due_ms }) => [device, due_ms]));
}

interface FigureRow extends Record<string, unknown> {
  readonly stay: number;
  readonly device: string;
  readonly stream: string;
  readonly unit: string | null;
  readonly assurance: 'device-signed' | 'session-authenticated';
  readonly start_ms: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** Common table expression: the devices that speak for each stay, and when. Parameters $1…$5 as `stayParameters` gives. */
export const devicesOfStays = `stay as (
    select * from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
      as s(stay, place, unit, from_ms, to_ms)
  ), speaking as (
    select s.stay, d.device, greatest(s.from_ms, p.from_ms) as from_ms, least(s.to_ms, p.to_ms - 1) as to_ms, d.record
    from stay s
    join device_places p on p.place = s.place and p.from_ms <= s.to_ms and p.to_ms > s.from_ms
    join devices d on d.device = p.device
    union all
    select s.stay, d.device, greatest(s.from_ms, a.from_ms), least(s.to_ms, a.to_ms), d.record
    from stay s
    join associations a on (a.parent = s.unit or a.child = s.unit) and a.from_ms <= s.to_ms and a.to_ms >= s.from_ms
    join devices d on d.epc = case when a.parent = s.unit then a.child else a.parent end
  )`;

export function stayParameters(stays: readonly Stay[]) {
  return [
    stays.map((_, index) => index),
    // Arrays of texts hold no nulls here: the empty text is no place and no unit.
    stays.map((stay) => stay.place ?? ''),
    stays.map((stay) => stay.unit ?? ''),
    stays.map((stay) => stay.fromMs),
    stays.map((stay) => Math.min(stay.toMs, openEndMs)),
  ] as const;
}

async function figures(on: Queryable, stays: readonly Stay[]): Promise<FigureRow[]> {
  if (stays.length === 0) return [];
  return on.query<FigureRow>(
    `with ${devicesOfStays}
     select s.stay, c.device, c.stream, c.unit, c.assurance, c.start_ms, c.count, c.min, c.max, c.mean
     from speaking s
     join conditions c on c.device = s.device and c.start_ms <= s.to_ms and c.start_ms > s.from_ms - ${summaryIntervalMs}
     order by s.stay, c.device, c.stream, c.start_ms, c.node, c.sequence
     limit ${maxFigureRows}`,
    stayParameters(stays),
  );
}

/** Figures of one interval can come from several batches. */
function joinSame(rows: readonly FigureRow[]): Interval[] {
  const groups = Map.groupBy(rows, (row) => row.start_ms);
  return [...groups.entries()]
    .map(([startMs, group]) => ({ ...figuresOf(group.map((row) => ({ ...row, startMs }))), startMs }))
    .sort((a, b) => a.startMs - b.startMs);
}

async function missingSummaries(on: Queryable, stays: readonly Stay[]): Promise<number> {
  if (stays.length === 0) return 0;
  const [row] = await on.query<{ n: number }>(
    `with ${devicesOfStays}
     select count(distinct (t.node, t.sequence)) as n
     from speaking s
     cross join lateral jsonb_array_elements(s.record -> 'assignments') as a
     join missing_summaries m on m.node = a ->> 'node'
     join statements t on t.node = m.node and t.sequence = m.sequence and t.size > 0 and t.to_ms >= s.from_ms
     where t.from_ms <= s.to_ms`,
    stayParameters(stays),
  );
  return row?.n ?? 0;
}
