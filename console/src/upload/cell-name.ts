import type { Field, SheetProblem } from '../api/sheets.ts';

/** A column's letters, as spreadsheets name it: 0 is A, 26 is AA. */
export function columnLetters(column: number): string {
  const rest = Math.floor(column / 26) - 1;
  return (rest < 0 ? '' : columnLetters(rest)) + String.fromCharCode(65 + (column % 26));
}

/** Where a problem is, as a spreadsheet says it: `C7`, `row 7`, `all rows`. */
export function whereText({ row, column }: SheetProblem): string {
  if (row === null) return 'all rows';
  return column === null ? `row ${row}` : `${columnLetters(column)}${row}`;
}

export function fieldLabel(fields: readonly Field[], name: string | null): string {
  return fields.find((field) => field.name === name)?.label ?? '';
}
