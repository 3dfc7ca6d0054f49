/** What a cell was in its file. Texts of dates are ISO 8601 without a zone: `2026-05-04`, `2026-05-04 06:30:00`, `06:30:00`. */
export type CellKind = 'text' | 'number' | 'date' | 'boolean' | 'error';

/** One cell, trimmed. A number has at most 15 significant digits, as the spreadsheet shows it; `''` is an empty cell. */
export interface Cell {
  readonly text: string;
  readonly kind: CellKind;
}

/** A row with the number that a spreadsheet shows beside it. Cells beyond the last filled one are left out. */
export interface Row {
  readonly number: number;
  readonly cells: readonly Cell[];
}

/** A sheet as it was read: rows that hold anything, in their order. */
export interface Table {
  readonly format: 'csv' | 'xlsx';
  /** Sheets of the workbook, and which of them this is; `null` for a CSV file. */
  readonly sheets: readonly string[];
  readonly sheet: string | null;
  /** How a CSV file was read. */
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly rows: readonly Row[];
}

export const emptyCell: Cell = { text: '', kind: 'text' };

export function cellAt(row: Row, column: number): Cell {
  return row.cells[column] ?? emptyCell;
}

/** A column's letters, as spreadsheets name it: 0 is A, 26 is AA. */
export function columnLetters(column: number): string {
  const rest = Math.floor(column / 26) - 1;
  return (rest < 0 ? '' : columnLetters(rest)) + String.fromCharCode(65 + (column % 26));
}
