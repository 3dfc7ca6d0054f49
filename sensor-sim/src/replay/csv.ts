import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { SimError } from '../error.ts';

/** One measurement of a recording; the time as the file has it, read as UTC. */
export interface CsvRow {
  readonly atMs: number;
  readonly valueC: number;
}

export type TemperatureUnit = 'fahrenheit' | 'celsius';

export const maxCsvRows = 1_000_000;

/**
 * Reads a recording with the columns `timestamp` and `value`, in the file's order, with its gaps and faults: nothing is
 * filled in, sorted or left out. Throws `bad-file` or `csv-malformed` with the line at fault.
 */
export async function readCsv(path: string, unit: TemperatureUnit): Promise<CsvRow[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SimError('bad-file', `cannot read ${path}`, { path }, { cause });
  });
  return parseCsv(text, unit);
}

/** The same from a text. */
export function parseCsv(text: string, unit: TemperatureUnit): CsvRow[] {
  const records = parseRecords(text);
  if (records.length === 0 || records.length > maxCsvRows) {
    throw new SimError('csv-malformed', `a recording has 1 to ${maxCsvRows} rows`, { rows: records.length });
  }
  return records.map(({ timestamp, value }, index) => {
    const line = index + 2;
    const atMs = Date.parse(`${timestamp?.replace(' ', 'T')}Z`);
    const number = value?.trim() ? Number(value) : Number.NaN;
    if (Number.isNaN(atMs)) throw new SimError('csv-malformed', `line ${line}: no time: ${timestamp}`, { line });
    if (!Number.isFinite(number)) throw new SimError('csv-malformed', `line ${line}: no value: ${value}`, { line });
    return { atMs, valueC: unit === 'celsius' ? number : fahrenheitToCelsius(number) };
  });
}

/** To a ten-thousandth of a degree, far below what the sensors resolve. */
export function fahrenheitToCelsius(fahrenheit: number): number {
  return Math.round((((fahrenheit - 32) * 5) / 9) * 10_000) / 10_000;
}

function parseRecords(text: string): Record<string, string | undefined>[] {
  try {
    return parse(text, { columns: true, bom: true, skip_empty_lines: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SimError('csv-malformed', `not a CSV file: ${why}`, {}, { cause });
  }
}
