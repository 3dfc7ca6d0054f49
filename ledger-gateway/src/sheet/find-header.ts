import { GatewayError } from '../gateway-error.ts';
import { sheetLimits } from './sheet-limits.ts';
import { cellAt, type Row, type Table } from './table.ts';

/** A sheet's columns by name, and the rows below them. */
export interface Sheet {
  readonly headerRow: number;
  /** Names as they stand; a column without one is called by its letter elsewhere. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Titles and notes that may stand above the names of the columns. */
const maxRowsAboveHeader = 15;

/**
 * Tells the names of the columns from the rows below them: the first row that is about as wide as the widest one near the
 * top, or the one that somebody names.
 * @throws GatewayError `sheet-malformed` where nothing is below it
 */
export function findHeader(table: Table, wanted: number | null): Sheet {
  const top = table.rows.slice(0, maxRowsAboveHeader);
  const filled = ({ cells }: Row) => cells.filter(({ text }) => text !== '').length;
  const widest = Math.max(...top.map(filled));
  const header =
    wanted === null
      ? top.find((row) => filled(row) >= Math.max(1, Math.ceil(widest * 0.6)))
      : table.rows.find(({ number }) => number === wanted);
  const rows = table.rows.filter(({ number }) => header !== undefined && number > header.number);
  if (!header || rows.length === 0) {
    throw new GatewayError('sheet-malformed', 'there are no rows below the names of the columns', {
      headerRow: wanted,
    });
  }
  const width = Math.max(header.cells.length, ...rows.map(({ cells }) => cells.length));
  return {
    headerRow: header.number,
    columns: Array.from({ length: width }, (_, column) => cellAt(header, column).text),
    rows,
  };
}

/** Values of a column that are different from each other, from the top. */
export function samplesOf({ rows }: Sheet, column: number, most = 5): string[] {
  const samples = new Set<string>();
  for (const row of rows.slice(0, sheetLimits.maxPreviewRows)) {
    const { text } = cellAt(row, column);
    if (text !== '') samples.add(text);
    if (samples.size >= most) break;
  }
  return [...samples];
}
