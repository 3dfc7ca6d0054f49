import { ProtocolError } from '@hopline/protocol';
import { type JsonObject, parseEvent } from '@hopline/protocol/epcis';
import { eventJson } from './event-json.ts';
import type { Sheet } from './find-header.ts';
import type { Mapping } from './mapping.ts';
import { fault, type SheetProblem } from './problems.ts';
import { type Line, type Lookups, type LotAmount, readLines } from './read-lines.ts';
import { sheetLimits } from './sheet-limits.ts';
import type { StepName } from './steps.ts';

/** An event with the rows that it was made of. */
export interface SheetEvent {
  readonly rows: readonly number[];
  readonly event: JsonObject;
}

/** A sheet as events, with all that is wrong or worth a look. Events of rows with errors are missing. */
export interface Converted {
  readonly events: readonly SheetEvent[];
  readonly problems: readonly SheetProblem[];
}

type Lines = readonly [Line, ...Line[]];

/** Steps whose rows are events of their own. */
const rowByRow: ReadonlySet<StepName> = new Set(['harvest', 'cool']);

/** Makes EPCIS events of a sheet's rows: cells → values → lines → events. Nothing here knows of files or databases. */
export function makeEvents(sheet: Sheet, mapping: Mapping, lookups: Lookups): Converted {
  const { lines, problems } = readLines(sheet, mapping, lookups);
  const tell = (line: Line, told: ReturnType<typeof fault>) =>
    problems.push({ row: line.row, column: null, field: null, ...told });
  const events: SheetEvent[] = [];
  const rowsByEvent = new Map<string, number>();
  for (const group of groupsOf(mapping.step, lines)) {
    if (!isWhole(mapping.step, group, tell)) continue;
    const event = eventJson(mapping.step, group);
    const text = JSON.stringify(event);
    const earlier = rowsByEvent.get(text);
    const [first] = group;
    if (earlier !== undefined) {
      tell(
        first,
        fault('repeated', `This is the same as row ${earlier}`, 'Delete one of them, or correct what differs'),
      );
      continue;
    }
    rowsByEvent.set(text, first.row);
    const invalid = faultOf(event);
    if (invalid === null) events.push({ rows: group.map(({ row }) => row), event });
    else tell(first, fault('invalid-event', invalid, 'Correct the row'));
  }
  return { events, problems: problems.sort((a, b) => (a.row ?? 0) - (b.row ?? 0)) };
}

/** Lines that share all that an event says once, in the order of their first rows. */
function groupsOf(step: StepName, lines: readonly Line[]): Lines[] {
  if (rowByRow.has(step)) return lines.map((line): Lines => [line]);
  const groups = new Map<string, [Line, ...Line[]]>();
  for (const line of lines) {
    const { place, partner, moment, document, bestBefore } = line;
    const pallet = step === 'palletise' ? line.sscc : null;
    const key = JSON.stringify([place, partner, moment.eventTime, document, bestBefore, pallet]);
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  return [...groups.values()];
}

/** Whether a group can be one event; tells what keeps it from being one. */
function isWhole(step: StepName, group: Lines, tell: (line: Line, told: ReturnType<typeof fault>) => void): boolean {
  const [first] = group;
  if (group.length > sheetLimits.maxLinesPerEvent) {
    const most = sheetLimits.maxLinesPerEvent;
    tell(
      first,
      fault(
        'too-many-lines',
        `${group.length} rows make one event, and ${most} may`,
        'Give parts of it their own document numbers',
      ),
    );
    return false;
  }
  if (step === 'pack' && !(group.some(({ goods }) => goods) && group.some(({ output }) => output))) {
    const missing = group.some(({ goods }) => goods) ? 'output' : 'input';
    tell(
      first,
      fault('one-sided', `This run has no ${missing}`, 'Rows of one run share place, time and document number'),
    );
    return false;
  }
  const seen = new Map<string, number>();
  let whole = true;
  for (const line of group) {
    for (const [side, goods] of [
      ['input', line.goods],
      ['output', line.output],
    ] as const) {
      if (!goods) continue;
      const key = `${side} ${keyOf(goods)}`;
      const earlier = seen.get(key);
      if (earlier === undefined) {
        seen.set(key, line.row);
        continue;
      }
      whole = false;
      tell(
        line,
        fault(
          'repeated',
          `Lot ${goods.lot} stands here with the same amount as in row ${earlier}`,
          'Leave it out here; if it is meant twice, add the amounts up',
        ),
      );
    }
  }
  return whole;
}

function keyOf({ gtin, lot, quantity, unit }: LotAmount): string {
  return JSON.stringify([gtin, lot, quantity, unit]);
}

/** What EPCIS itself has against an event; `null` for nothing. */
function faultOf(event: JsonObject): string | null {
  try {
    parseEvent({ source: event, pointer: '' });
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}
