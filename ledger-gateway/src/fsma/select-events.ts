import type { NormalisedEvent } from '@hopline/protocol/epcis';
import { type FsmaEvent, isUnit } from '@hopline/protocol/fsma';
import { GatewayError } from '../gateway-error.ts';
import { type Direction, maxTraceRows, readTrace } from '../query/trace.ts';
import type { Queryable } from '../store/database.ts';
import { fsmaLimits } from './limits.ts';

/** What is asked for: lots by canonical identifier, or all that was at a place, within a span of time. */
export interface Selection {
  readonly lots: readonly string[];
  readonly place: string | null;
  /** Event times, both ends included; `null` is open. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly trace: Direction | null;
}

export interface Selected {
  /** Lots that rows are about; `null`: whatever was at the place. */
  readonly lots: ReadonlySet<string> | null;
  /** In the order of the ledger. */
  readonly events: readonly FsmaEvent[];
}

/**
 * Reads the events that rows are made of, and those that only add elements to them: the events of the lots, of the units
 * that held them, and of the lots that went into them.
 * @throws GatewayError `too-large` with the limit that was passed; `not-found` for a lot that nobody has spoken of
 */
export async function selectEvents(on: Queryable, selection: Selection): Promise<Selected> {
  const asked = selection.lots.length > 0 ? selection.lots : await lotsAt(on, selection);
  const lots = new Set(asked);
  for (const lot of selection.trace ? asked : []) {
    const trace = await readTrace(on, lot, selection.trace ?? 'both', () => 0);
    if (trace.truncated) throw tooLarge('steps of a trace', 'maxTraceRows', maxTraceRows);
    for (const reached of trace.lots) lots.add(reached);
    demand(lots.size, 'maxLots', 'lots');
  }
  demand(lots.size, 'maxLots', 'lots');
  const things = new Set([...lots, ...(await inputsOf(on, [...lots]))]);
  for (const unit of await unitsOf(on, [...things])) things.add(unit);
  return { lots: selection.lots.length > 0 ? lots : null, events: await eventsOf(on, [...things]) };
}

/** Lots that events at a place speak of, those in units included. */
async function lotsAt(on: Queryable, { place, fromMs, toMs }: Selection): Promise<string[]> {
  const rows = await on.query<{ item: string }>(
    `select distinct i.item from events e join event_items i on i.event = e.event and i.declaration = e.declaration
     where ($1::text is null or e.place = $1) and e.time_ms >= $2 and e.time_ms <= $3 limit ${fsmaLimits.maxUnits + 1}`,
    [place, fromMs ?? 0, toMs ?? Number.MAX_SAFE_INTEGER],
  );
  demand(rows.length, 'maxUnits', 'things at the place');
  const { lots, units } = await contentsOf(
    on,
    rows.map(({ item }) => item),
  );
  return lots.filter((lot) => !units.has(lot));
}

/** Things with all that was ever packed into them, through units in units; `units` are those that held something. */
async function contentsOf(on: Queryable, things: readonly string[]): Promise<{ lots: string[]; units: Set<string> }> {
  const seen = new Set(things);
  const units = new Set<string>(things.filter(isUnit));
  let open = [...things];
  for (let depth = 0; open.length > 0 && depth < fsmaLimits.maxNesting; depth++) {
    const rows = await on.query<{ unit: string; item: string }>(
      `select distinct p.item as unit, c.item from event_items p
       join event_items c on c.event = p.event and c.declaration = p.declaration
       where p.item = any($1::text[]) and p.role = 'parent' and c.role = 'child' limit ${fsmaLimits.maxUnits + 1}`,
      [open],
    );
    demand(rows.length, 'maxUnits', 'contents of units');
    open = [];
    for (const { unit, item } of rows) {
      units.add(unit);
      if (seen.has(item)) continue;
      seen.add(item);
      open.push(item);
    }
  }
  return { lots: [...seen], units };
}

/** Units that ever held some of these things, outwards. */
async function unitsOf(on: Queryable, things: readonly string[]): Promise<Set<string>> {
  const units = new Set<string>();
  let open = [...things];
  for (let depth = 0; open.length > 0 && depth < fsmaLimits.maxNesting; depth++) {
    const rows = await on.query<{ item: string }>(
      `select distinct p.item from event_items c join event_items p on p.event = c.event and p.declaration = c.declaration
       where c.item = any($1::text[]) and c.role = 'child' and p.role = 'parent' limit ${fsmaLimits.maxUnits + 1}`,
      [open],
    );
    open = rows.map(({ item }) => item).filter((item) => !units.has(item));
    for (const unit of open) units.add(unit);
    demand(units.size, 'maxUnits', 'units');
  }
  return units;
}

/** Lots that went into the making of these, one step back: their harvest, cooling and receipt are elements of a packing. */
async function inputsOf(on: Queryable, lots: readonly string[]): Promise<string[]> {
  const rows = await on.query<{ item: string }>(
    `select distinct u.item from event_items m join event_items u on u.event = m.event and u.declaration = m.declaration
     where m.item = any($1::text[]) and m.role = 'output' and u.role = 'input' limit ${fsmaLimits.maxLots + 1}`,
    [lots],
  );
  demand(rows.length, 'maxLots', 'lots that went into these');
  return rows.map(({ item }) => item);
}

async function eventsOf(on: Queryable, things: readonly string[]): Promise<FsmaEvent[]> {
  const rows = await on.query<{
    event: string;
    transaction_id: string;
    block: number;
    outcome: string;
    document: NormalisedEvent;
  }>(
    `select event, transaction_id, block, outcome, document from events e
     where exists (select 1 from event_items i where i.event = e.event and i.declaration = e.declaration
       and i.item = any($1::text[]))
     order by block, tx_position, position limit ${fsmaLimits.maxEvents + 1}`,
    [things],
  );
  demand(rows.length, 'maxEvents', 'events');
  return rows.map((row) => ({
    hash: row.event,
    transactionId: row.transaction_id,
    block: row.block,
    outcome: row.outcome,
    event: row.document,
  }));
}

function demand(count: number, limit: 'maxLots' | 'maxUnits' | 'maxEvents', what: string): void {
  if (count > fsmaLimits[limit]) throw tooLarge(what, limit, fsmaLimits[limit]);
}

export function tooLarge(what: string, limit: string, most: number): GatewayError {
  return new GatewayError('too-large', `more than ${most} ${what}: ask for fewer lots or a shorter time`, {
    limit,
    [limit]: most,
  });
}
