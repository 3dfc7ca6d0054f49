import { createHash } from 'node:crypto';
import type { Field, FieldName } from './fields.ts';
import type { Sheet } from './find-header.ts';
import { samplesOf } from './find-header.ts';
import type { DateFormat, Mapping } from './mapping.ts';
import { type StepName, stepNames, steps } from './steps.ts';
import { cellAt } from './table.ts';

/** A header's name as it is compared: plain lower-case words. */
export function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Names of the columns, those that come again told apart by a number. */
export function uniqueNames(columns: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return columns.map((column) => {
    const name = plainName(column);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} ${count}`;
  });
}

/** What tells one form of sheet from another: its columns, in whatever order they stand. */
export function headerSignature(columns: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(uniqueNames(columns).sort()))
    .digest('base64url');
}

/** A mapping that was used before, with its columns by name. */
export interface RememberedMapping {
  readonly columns: Partial<Record<FieldName, string>>;
  readonly settings: Omit<Mapping, 'step' | 'sheet' | 'columns' | 'headerRow'>;
}

/** A mapping as it is remembered: by the names of its columns. */
export function toRemember(mapping: Mapping, columns: readonly string[]): RememberedMapping {
  const names = uniqueNames(columns);
  const { constants, dateFormat, timeZone, decimal, units } = mapping;
  const byName = Object.entries(mapping.columns).flatMap(([field, column]) =>
    names[column] ? [[field, names[column]]] : [],
  );
  return { columns: Object.fromEntries(byName), settings: { constants, dateFormat, timeZone, decimal, units } };
}

/** The mapping that was used before for a sheet with the same columns. */
export function fromRemembered(
  { columns, settings }: RememberedMapping,
  at: Pick<Mapping, 'step' | 'sheet' | 'headerRow'>,
  sheet: Sheet,
): Mapping {
  const names = uniqueNames(sheet.columns);
  const found = Object.entries(columns).flatMap(([field, name]) => {
    const column = names.indexOf(name);
    return column < 0 ? [] : [[field, column]];
  });
  return { ...at, ...settings, columns: Object.fromEntries(found) };
}

/**
 * A mapping out of the columns' names and values. Earlier mappings of the step count before what columns are usually called.
 * @param earlier fields by the plain names of the columns that they were mapped to
 */
export function proposeMapping(
  at: Pick<Mapping, 'step' | 'sheet' | 'headerRow'>,
  sheet: Sheet,
  defaults: { readonly timeZone: string; readonly semicolons: boolean },
  earlier: ReadonlyMap<string, FieldName> = new Map(),
): Mapping {
  const columns = assign(at.step, sheet, earlier);
  const dates = columns.date === undefined ? [] : samplesOf(sheet, columns.date, 100);
  return {
    ...at,
    columns,
    constants: {},
    dateFormat: likelyDateFormat(dates),
    timeZone: defaults.timeZone,
    decimal: likelyDecimal(sheet, columns, defaults.semicolons),
    units: {},
  };
}

/** The step whose required fields the columns' names fit best; harvest where they fit none. */
export function likelyStep(sheet: Sheet): StepName {
  const scored = stepNames.map((step) => {
    const columns = assign(step, sheet, new Map());
    const own = steps[step].fields.filter(({ name }) => columns[name] !== undefined).length;
    const missing = steps[step].fields.filter(({ name, required }) => required && columns[name] === undefined).length;
    return { step, score: own - 2 * missing };
  });
  return scored.reduce((best, each) => (each.score > best.score ? each : best)).step;
}

/** Each column to the field that its name fits best, the surest first; no column and no field twice. */
function assign(
  step: StepName,
  sheet: Sheet,
  earlier: ReadonlyMap<string, FieldName>,
): Partial<Record<FieldName, number>> {
  const names = uniqueNames(sheet.columns);
  const offers = steps[step].fields.flatMap((field, rank) =>
    names.map((name, column) => ({ field: field.name, column, rank, score: scoreOf(field, name, earlier.get(name)) })),
  );
  const assigned: Partial<Record<FieldName, number>> = {};
  const taken = new Set<number>();
  for (const { field, column, score } of offers.sort(
    (a, b) => b.score - a.score || a.rank - b.rank || a.column - b.column,
  )) {
    if (score === 0 || assigned[field] !== undefined || taken.has(column)) continue;
    assigned[field] = column;
    taken.add(column);
  }
  return assigned;
}

function scoreOf({ name: field, label, synonyms }: Field, name: string, earlier: FieldName | undefined): number {
  if (name === '') return 0;
  if (earlier !== undefined) return earlier === field ? 1_000 : 0;
  const words = new Set(name.split(' '));
  let best = plainName(label) === name ? 500 : 0;
  for (const synonym of synonyms) {
    const parts = synonym.split(' ');
    // A longer synonym says more: `ship to` before `to`.
    if (synonym === name) best = Math.max(best, 400 + parts.length);
    else if (parts.every((part) => words.has(part))) best = Math.max(best, 100 + 10 * parts.length - words.size);
  }
  return best;
}

/** The order of day, month and year that all dates allow; year first where nothing says otherwise. */
function likelyDateFormat(texts: readonly string[]): DateFormat {
  const numbers = texts
    .map((text) => /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})/.exec(text))
    .filter((match) => match !== null);
  if (numbers.length === 0) return 'ymd';
  if (numbers.some((match) => Number(match[1]) > 12)) return 'dmy';
  if (numbers.some((match) => Number(match[2]) > 12)) return 'mdy';
  // Both would do. Points between the parts are how day-first languages write them.
  return numbers.some((match) => match[0].includes('.')) ? 'dmy' : 'mdy';
}

function likelyDecimal(sheet: Sheet, columns: Partial<Record<FieldName, number>>, semicolons: boolean): '.' | ',' {
  const texts = [columns.quantity, columns.outputQuantity]
    .flatMap((column) => (column === undefined ? [] : sheet.rows.map((row) => cellAt(row, column))))
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text);
  if (texts.some((text) => /\d,\d{1,2}$|\d,\d{4,}$|\.\d{3},/.test(text))) return ',';
  if (texts.some((text) => /\d\.\d{1,2}$|\d\.\d{4,}$|,\d{3}\./.test(text))) return '.';
  return semicolons ? ',' : '.';
}
