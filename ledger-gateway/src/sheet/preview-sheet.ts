import { eventHash } from '@hopline/protocol/epcis';
import { z } from 'zod';
import type { AppContext } from '../http/app-context.ts';
import type { Queryable } from '../store/database.ts';
import { findHeader, type Sheet } from './find-header.ts';
import { findLookups } from './find-lookups.ts';
import { makeEvents, type SheetEvent } from './make-events.ts';
import type { Mapping } from './mapping.ts';
import { type SheetProblem, warning } from './problems.ts';
import { readTable } from './read-table.ts';
import { rehearsePart } from './rehearse-part.ts';
import { sheetLimits } from './sheet-limits.ts';
import { bytesOf, type Upload } from './sheet-store.ts';
import { type Part, splitParts } from './split-parts.ts';
import { cellAt } from './table.ts';

export const problemOfSheetSchema = z.object({
  row: z.int().nullable(),
  column: z.int().nullable(),
  field: z.string().nullable(),
  severity: z.enum(['error', 'warning', 'note']),
  code: z.string(),
  message: z.string(),
  advice: z.string(),
});

/** What would be captured, and what keeps it from being. Long lists are cut short; the counts are of all. */
export const previewSchema = z.object({
  id: z.string(),
  /** Whether it may be captured. */
  ready: z.boolean(),
  /** Whether the chaincode has looked at it: it does once nothing else is wrong, and if the ledger answers. */
  rehearsed: z.boolean(),
  counts: z.object({
    rows: z.int(),
    events: z.int(),
    /** Events that are on the ledger already and will not be captured again. */
    known: z.int(),
    errors: z.int(),
    warnings: z.int(),
    notes: z.int(),
  }),
  columns: z.array(z.string()),
  rows: z.array(z.object({ row: z.int(), cells: z.array(z.string()), event: z.int().nullable() })),
  problems: z.array(problemOfSheetSchema),
  events: z.array(
    z.object({
      rows: z.array(z.int()),
      hash: z.string(),
      /** Transaction that brought it to the ledger before. */
      knownIn: z.string().nullable(),
      event: z.record(z.string(), z.unknown()),
    }),
  ),
  parts: z.array(z.object({ name: z.string(), events: z.int() })),
});
export type Preview = z.infer<typeof previewSchema>;

/** An event of a sheet with its name, and the transaction that it is known by. */
export interface NamedEvent extends SheetEvent {
  readonly hash: string;
  readonly knownIn: string | null;
}

/** Reads an upload's file and makes events of it. Throws what reading it throws. */
export async function convertUpload(
  app: AppContext,
  upload: Upload,
  mapping: Mapping,
): Promise<{ sheet: Sheet; problems: SheetProblem[]; events: NamedEvent[] }> {
  const sheet = findHeader(await readTable(await bytesOf(app.store, upload.id), mapping.sheet), mapping.headerRow);
  const lookups = await findLookups(app.store, app.mspId, sheet, mapping, app.clock.now());
  const { events, problems } = makeEvents(sheet, mapping, lookups);
  return { sheet, problems: [...problems], events: await nameEvents(app.store, events) };
}

/** What an upload would be captured as. Nothing is captured. */
export async function previewSheet(app: AppContext, upload: Upload, mapping: Mapping): Promise<Preview> {
  const { sheet, problems, events } = await convertUpload(app, upload, mapping);
  for (const { rows, knownIn } of events) {
    if (knownIn === null) continue;
    const told = warning('already-captured', 'This is on the ledger already', 'It will not be captured again');
    problems.push({ row: rows[0] ?? null, column: null, field: null, ...told });
  }
  const parts = splitParts(events);
  const rehearsed = hasError(problems) ? false : await rehearse(app, parts, problems);
  const count = (severity: SheetProblem['severity']) => problems.filter((each) => each.severity === severity).length;
  const ordered = [...problems].sort((a, b) => rank(a) - rank(b) || (a.row ?? 0) - (b.row ?? 0));
  return {
    id: upload.id,
    ready: !hasError(problems) && events.length > 0,
    rehearsed,
    counts: {
      rows: sheet.rows.length,
      events: events.length,
      known: events.filter(({ knownIn }) => knownIn !== null).length,
      errors: count('error'),
      warnings: count('warning'),
      notes: count('note'),
    },
    columns: [...sheet.columns],
    rows: shownRows(sheet, ordered, events),
    problems: ordered.slice(0, sheetLimits.maxProblems),
    events: events
      .slice(0, sheetLimits.maxPreviewEvents)
      .map(({ rows, hash, knownIn, event }) => ({ rows: [...rows], hash, knownIn, event })),
    parts: parts.map(({ name, events: list }) => ({ name, events: list.length })),
  };
}

export function hasError(problems: readonly SheetProblem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** Lets the chaincode look at the first parts; whether it has. */
async function rehearse(app: AppContext, parts: readonly Part[], problems: SheetProblem[]): Promise<boolean> {
  for (const { events } of parts.slice(0, sheetLimits.maxRehearsedParts)) {
    const rehearsal = await rehearsePart(app.capture, events);
    if (rehearsal === 'unknown') return false;
    if (rehearsal !== 'accepted') problems.push(...rehearsal.problems);
  }
  return parts.length > 0;
}

/** Gives events their hashes, and looks up which of them are on the ledger. */
async function nameEvents(on: Queryable, events: readonly SheetEvent[]): Promise<NamedEvent[]> {
  const hashes = await Promise.all(events.map(({ event }) => eventHash(event)));
  const rows = await on.query<{ event: string; transaction_id: string }>(
    'select event, transaction_id from events where event = any($1::text[]) order by declaration desc',
    [hashes],
  );
  const known = new Map(rows.map(({ event, transaction_id }) => [event, transaction_id]));
  return events.map((each, i) => {
    const hash = hashes[i] ?? '';
    return { ...each, hash, knownIn: known.get(hash) ?? null };
  });
}

/** Rows with something to say first in line, then the others from the top; shown in their order. */
function shownRows(sheet: Sheet, problems: readonly SheetProblem[], events: readonly NamedEvent[]): Preview['rows'] {
  const eventByRow = new Map(events.flatMap(({ rows }, index) => rows.map((row): [number, number] => [row, index])));
  const wanted = new Set(problems.flatMap(({ row }) => row ?? []).slice(0, sheetLimits.maxPreviewRows));
  for (const { number } of sheet.rows) {
    if (wanted.size >= sheetLimits.maxPreviewRows) break;
    wanted.add(number);
  }
  return sheet.rows
    .filter(({ number }) => wanted.has(number))
    .map((row) => ({
      row: row.number,
      cells: sheet.columns.map((_, column) => cellAt(row, column).text),
      event: eventByRow.get(row.number) ?? null,
    }));
}

function rank({ severity }: SheetProblem): number {
  return ['error', 'warning', 'note'].indexOf(severity);
}
