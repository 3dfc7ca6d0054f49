import { expect, test } from 'vitest';
import type { Mapping, Preview } from '../api/sheets.ts';
import { unitWord, unknownUnitWords } from './unit-words.ts';

test.each([
  ['5 bushels', 'bushels'],
  ['1,250.5 Bu.', 'bu'],
  ['Steigen', 'steigen'],
  ['12', ''],
])('the unit of %j is %j', (text, word) => expect(unitWord(text)).toBe(word));

test('words that are not known are asked for once each, out of columns and values for all rows', () => {
  const at = (row: number | null, column: number | null, field: string, code = 'unknown-unit') =>
    ({ row, column, field, code, severity: 'error', message: '', advice: '' }) as const;
  const preview = {
    columns: ['Amount', 'Unit'],
    rows: [
      { row: 2, cells: ['5 bushels', ''], event: null },
      { row: 3, cells: ['5', 'flats'], event: null },
      { row: 4, cells: ['6', 'Flats'], event: null },
      { row: 5, cells: ['x', ''], event: null },
    ],
    problems: [
      at(2, 0, 'quantity'),
      at(3, 1, 'unit'),
      at(4, 1, 'unit'),
      at(5, 0, 'quantity', 'not-a-number'),
      at(5, null, 'unit'),
    ],
  } as const;
  const words = unknownUnitWords(preview as unknown as Preview, { constants: { unit: 'lugs' } } as unknown as Mapping);
  expect(words).toEqual(['bushels', 'flats', 'lugs']);
});
