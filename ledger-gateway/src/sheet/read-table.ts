import { GatewayError } from '../gateway-error.ts';
import { readCsv } from './read-csv.ts';
import type { Table } from './table.ts';
import { readXlsx } from './xlsx/read-xlsx.ts';

const zipSignature = [0x50, 0x4b, 0x03, 0x04];
/** Compound files: Excel before 2007, and workbooks with a password. */
const compoundSignature = [0xd0, 0xcf, 0x11, 0xe0];

/**
 * Reads a file by what is in it: an XLSX workbook, or CSV.
 * @param sheet of a workbook; `null` for the first
 * @throws GatewayError `sheet-malformed`, `too-large`, `not-found`
 */
export async function readTable(bytes: Uint8Array, sheet: string | null = null): Promise<Table> {
  if (beginsWith(bytes, compoundSignature)) {
    throw new GatewayError(
      'sheet-malformed',
      'this is an old Excel file, or has a password: save it as .xlsx without one',
    );
  }
  const table = beginsWith(bytes, zipSignature) ? await readXlsx(bytes, sheet) : readCsv(bytes);
  if (table.rows.length === 0) throw new GatewayError('sheet-malformed', 'the sheet is empty', { sheet: table.sheet });
  return table;
}

function beginsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}
