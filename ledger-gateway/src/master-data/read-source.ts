import { type MasterDataKind, type ReadMasterData, readMasterData, readTables } from '@hopline/protocol/master-data';
import { GatewayError } from '../gateway-error.ts';
import { readTable } from '../sheet/read-table.ts';
import type { Table } from '../sheet/table.ts';
import { masterDataLimits } from './limits.ts';

const plural: Readonly<Record<MasterDataKind, string>> = {
  product: 'products',
  place: 'places',
  organisation: 'organisations',
};

/**
 * Reads master data out of a request's body, by its media type: JSON (JSON-LD, or an EPCIS document with master data in its header), CSV, or
 * XLSX with a sheet for each kind.
 *
 * @param kind what a CSV file holds, where its headers do not tell
 * @throws GatewayError `bad-request`, `sheet-malformed`, `too-large`, `unsupported-media-type`; ProtocolError `epcis-limit`
 */
export async function readSource(
  bytes: Uint8Array,
  type: string,
  kind: MasterDataKind | undefined,
): Promise<ReadMasterData> {
  const read = await readAs(bytes, type, kind);
  const { maxRecords } = masterDataLimits;
  const count = read.records.length + new Set(read.problems.map(({ at }) => at)).size;
  if (count <= maxRecords) return read;
  throw new GatewayError('too-large', `an import has at most ${maxRecords} records: cut it in parts`, { maxRecords });
}

async function readAs(bytes: Uint8Array, type: string, kind: MasterDataKind | undefined): Promise<ReadMasterData> {
  if (/^application\/([a-z.+-]*\+)?json$/.test(type)) return readMasterData(parseJson(bytes));
  if (type !== 'text/csv' && type !== xlsxType && type !== 'application/octet-stream') {
    throw new GatewayError('unsupported-media-type', 'JSON, CSV or XLSX is read here', { type });
  }
  const first = await readTable(bytes);
  if (first.format === 'csv') return readTables([named(first, kind === undefined ? '' : plural[kind])]);
  const names = first.sheets.slice(0, masterDataLimits.maxSheets);
  const tables: ReturnType<typeof named>[] = [];
  for (const name of names) tables.push(named(await sheetOf(bytes, first, name), name));
  return readTables(tables);
}

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** One sheet of a workbook; an empty one has no rows, which is no mistake here. */
async function sheetOf(bytes: Uint8Array, first: Table, name: string): Promise<Table> {
  if (first.sheet === name) return first;
  try {
    return await readTable(bytes, name);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'sheet-malformed') return { ...first, sheet: name, rows: [] };
    throw error;
  }
}

function named({ rows }: Table, name: string) {
  return { name, rows: rows.map(({ number, cells }) => ({ number, cells: cells.map(({ text }) => text) })) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new GatewayError('bad-request', 'the body is not JSON in UTF-8', {}, { cause });
  }
}
