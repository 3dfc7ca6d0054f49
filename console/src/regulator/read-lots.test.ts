import { expect, test } from 'vitest';
import { readLots } from './read-lots.ts';

const gtin = '09521002002003';

test('a lot is read as a link, a URN, a label’s text, or GTIN and number', () => {
  const text = `
    https://id.gs1.org/01/${gtin}/10/F1%2F260420-01
    urn:epc:class:lgtin:9521002.000200.A-17
    (01)${gtin}(10)RH1
    ${gtin} RH2
    9521002002003;RH3`;
  expect(readLots(text)).toEqual({
    lots: [
      { gtin, lot: 'F1/260420-01' },
      { gtin, lot: 'A-17' },
      { gtin, lot: 'RH1' },
      { gtin, lot: 'RH2' },
      { gtin, lot: 'RH3' },
    ],
    words: [],
    faults: [],
  });
});

test('a number alone has to be looked up, and what names something else is said', () => {
  const { lots, words, faults } = readLots(
    `RH260420-01A\n(01)09521002002004(10)RH1\nhttps://id.gs1.org/01/${gtin}\n\n`,
  );
  expect(lots).toEqual([]);
  expect(words).toEqual(['RH260420-01A']);
  expect(faults).toHaveLength(2);
  expect(faults[0]).toMatch(/^“\(01\)09521002002004\(10\)RH1”: .*check digit/i);
  expect(faults[1]).toMatch(/names no lot/);
});
