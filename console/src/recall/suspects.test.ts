import { expect, test } from 'vitest';
import { suspectsOf } from './suspects.ts';

test('suspects are told one a line: product and lot, or an identifier', () => {
  const link = 'https://id.gs1.org/01/09521001001007/10/A-1';
  expect(suspectsOf(`09521001001007 A-1\n\n  ${link} \n${link}\n9521001001007, B/2\n(01)09521001001007(10)C`)).toEqual([
    { gtin: '09521001001007', lot: 'A-1' },
    link,
    { gtin: '9521001001007', lot: 'B/2' },
    '(01)09521001001007(10)C',
  ]);
});
