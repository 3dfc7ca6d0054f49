import { CsvError, parse } from 'csv-parse/sync';
import { GatewayError } from '../gateway-error.ts';
import { decodeText } from './decode-text.ts';
import { sheetLimits } from './sheet-limits.ts';
import type { Cell, Row, Table } from './table.ts';

const delimiters = [',', ';', '\t', '|'] as const;
const sampleRecords = 20;

/**
 * Reads a CSV file (RFC 4180), with its delimiter and encoding found out.
 * @throws GatewayError `sheet-malformed` (with the line), `too-large`
 */
export function readCsv(bytes: Uint8Array): Table {
  const { text, encoding } = decodeText(bytes);
  const { body, stated, skipped } = withoutHint(text);
  const delimiter = stated ?? likelyDelimiter(body);
  const records = parseRecords(body, delimiter, sheetLimits.maxCsvRecords + 1);
  if (records.length > sheetLimits.maxCsvRecords) throw tooMany();
  const rows: Row[] = [];
  for (const { record, number } of records) {
    const cells = trimmed(record, number + skipped);
    if (cells.length > 0) rows.push({ number: number + skipped, cells });
    if (rows.length > sheetLimits.maxRows) throw tooMany();
  }
  return { format: 'csv', sheets: [], sheet: null, encoding, delimiter, rows };
}

function tooMany(): GatewayError {
  const { maxRows } = sheetLimits;
  return new GatewayError('too-large', `a sheet has at most ${maxRows} rows: cut it in two`, { maxRows });
}

/** Excel writes `sep=;` in front where the delimiter is not that of the language. */
function withoutHint(text: string): { body: string; stated: string | null; skipped: number } {
  const hint = /^sep=(.)\r?\n/i.exec(text);
  return hint
    ? { body: text.slice(hint[0].length), stated: hint[1] ?? null, skipped: 1 }
    : { body: text, stated: null, skipped: 0 };
}

/** The delimiter that cuts the first records into the most columns, evenly. */
function likelyDelimiter(text: string): string {
  let best: { delimiter: string; score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const records = sampleOf(text, delimiter);
    const widths = records.map((record) => record.length).filter((width) => width > 1);
    const usual = widths.sort((a, b) => a - b)[Math.floor(widths.length / 2)] ?? 0;
    const even = records.filter((record) => record.length === usual).length / Math.max(1, records.length);
    const score = usual * even;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function sampleOf(text: string, delimiter: string): ReadonlyArray<readonly string[]> {
  try {
    return parseRecords(text, delimiter, sampleRecords).map(({ record }) => record);
  } catch (error) {
    if (error instanceof GatewayError) return [];
    throw error;
  }
}

interface NumberedRecord {
  readonly record: readonly string[];
  /** As a spreadsheet numbers it: empty lines count, line breaks inside quotes do not. */
  readonly number: number;
}

function parseRecords(text: string, delimiter: string, to: number): NumberedRecord[] {
  try {
    const parsed = parse(text, {
      delimiter,
      to,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: sheetLimits.maxColumns * sheetLimits.maxCellChars,
    }) as unknown as ReadonlyArray<{ record: string[]; info: { records: number; empty_lines: number } }>;
    return parsed.map(({ record, info }) => ({ record, number: info.records + info.empty_lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as CsvError & { lines?: number };
    throw new GatewayError(
      'sheet-malformed',
      `the file is not CSV${lines === undefined ? '' : ` at line ${lines}`}: is a quotation mark open?`,
      { line: lines ?? null, reason: error.code },
    );
  }
}

function trimmed(record: readonly string[], number: number): Cell[] {
  const texts = record.map((text) => text.replaceAll('\u00a0', ' ').trim());
  const width = texts.findLastIndex((text) => text !== '') + 1;
  assertCells(texts.slice(0, width), number);
  return texts.slice(0, width).map((text) => ({ text, kind: 'text' }));
}

/** Throws `too-large` for a row that is too wide, or a cell that is too long. */
export function assertCells(texts: readonly string[], row: number): void {
  const { maxColumns, maxCellChars } = sheetLimits;
  if (texts.length > maxColumns) {
    throw new GatewayError('too-large', `a sheet has at most ${maxColumns} columns`, { row, maxColumns });
  }
  const column = texts.findIndex((text) => text.length > maxCellChars);
  if (column >= 0) {
    throw new GatewayError('too-large', `a cell has at most ${maxCellChars} characters`, { row, column, maxCellChars });
  }
}
