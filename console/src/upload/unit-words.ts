import type { Mapping, Preview } from '../api/sheets.ts';

/** Words for units that nobody knows yet, out of the cells at fault, as the mapping names them. */
export function unknownUnitWords({ problems, rows, columns }: Preview, { constants }: Mapping): string[] {
  const cells = new Map(rows.map(({ row, cells: texts }) => [row, texts]));
  const words = problems
    .filter(({ code }) => code === 'unknown-unit')
    .map(({ row, column, field }) => {
      const text = column === null || column >= columns.length ? constants[field ?? ''] : cells.get(row ?? 0)?.[column];
      return unitWord(text ?? '');
    });
  return [...new Set(words)].filter((word) => word !== '').sort();
}

/** The unit of a text such as `5 bushels`, as the gateway compares it. */
export function unitWord(text: string): string {
  return text
    .replace(/^[+-]?[\d.,'’\s]*\d\s*/, '')
    .toLowerCase()
    .replaceAll('.', '')
    .trim();
}
