import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testSeed } from '../conformance/test-seed.ts';
import {
  addQuantities,
  amountOf,
  areConvertible,
  compareQuantities,
  convertQuantity,
  inBaseUnit,
  type Quantity,
  subtractQuantities,
} from './index.ts';

fc.configureGlobal({ seed: testSeed() });

const uom = fc.constantFrom('KGM', 'GRM', 'MGM', 'TNE', 'LBR', 'ONZ', 'STN', 'LTN');
const amount = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 0, max: 6 }))
  .map(([digits, decimals]) => {
    const text = digits.toString().padStart(decimals + 1, '0');
    return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
  });
const mass: fc.Arbitrary<Quantity> = fc.record({ amount, uom });

test('sums do not depend on order or grouping, and take away what they add', () => {
  fc.assert(
    fc.property(mass, mass, mass, (a, b, c) => {
      expect(compareQuantities(addQuantities(a, b), addQuantities(b, a))).toBe(0);
      const left = addQuantities(addQuantities(a, b), c);
      expect(compareQuantities(left, addQuantities(a, addQuantities(b, c)))).toBe(0);
      expect(compareQuantities(subtractQuantities(left, c), addQuantities(a, b))).toBe(0);
    }),
  );
});

test('an exact conversion comes back the same, and any other is off by less than the last place', () => {
  fc.assert(
    fc.property(mass, uom, (quantity, to) => {
      const { quantity: converted, exact } = convertQuantity(quantity, to);
      expect(inBaseUnit(converted).dimension).toBe(inBaseUnit(quantity).dimension);
      if (exact) expect(compareQuantities(converted, quantity)).toBe(0);
      else {
        const lastPlace = { amount: '0.00000000000000000001', uom: to };
        const error = subtractQuantities(converted, quantity);
        expect(compareQuantities(error, lastPlace)).toBe(-1);
        expect(compareQuantities(addQuantities(error, lastPlace), { amount: '0', uom: to })).toBe(1);
      }
    }),
  );
});

test('a JSON number becomes the shortest decimal that reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 1e14, noNaN: true }), (value) => {
      expect(Number(amountOf(value))).toBe(value);
      expect(amountOf(value)).toMatch(/^\d+(\.\d*[1-9])?$/);
    }),
  );
  expect([0, -0, 1e-7, 0.30000000000000004, 25000].map(amountOf)).toEqual([
    '0',
    '0',
    '0.0000001',
    '0.30000000000000004',
    '25000',
  ]);
  for (const value of [-1, 1e15, Number.NaN, 1e-30]) {
    expect(() => amountOf(value)).toThrow(expect.objectContaining({ code: 'epcis-quantity' }));
  }
});

test('sums of the finest amounts can be summed again', () => {
  const finest = { amount: amountOf(999_999_999_999_999), uom: 'LBR' };
  const grain = { amount: amountOf(1e-20), uom: 'ONZ' };
  const sum = addQuantities(finest, grain);
  expect(compareQuantities(addQuantities(sum, grain), sum)).toBe(1);
  expect(compareQuantities(subtractQuantities(sum, grain), finest)).toBe(0);
});

test('what cannot be compared is refused, with both units', () => {
  expect(areConvertible('CS', 'EA')).toBe(false);
  expect(areConvertible('CS', 'XCS')).toBe(true);
  expect(areConvertible(null, 'C62')).toBe(true);
  expect(() => addQuantities({ amount: '1', uom: 'CS' }, { amount: '1', uom: 'KGM' })).toThrow(
    expect.objectContaining({ code: 'epcis-unit', details: { from: 'CS', to: 'KGM' } }),
  );
  expect(() => compareQuantities({ amount: '1e3', uom: 'KGM' }, { amount: '1', uom: 'KGM' })).toThrow(
    expect.objectContaining({ code: 'epcis-quantity' }),
  );
});

test('units are of the size that the standard says, to the digits that it gives', () => {
  // Factors of UN/CEFACT Rec. 20, revision 14, in the base unit: rounded there, exact here.
  const standard: ReadonlyArray<readonly [uom: string, factor: number, base: string]> = [
    ['LTN', 1_016.047, 'KGM'],
    ['CWI', 50.802_35, 'KGM'],
    ['QTR', 12.700_59, 'KGM'],
    ['STI', 6.350_293, 'KGM'],
    ['DRI', 0.001_771_745, 'KGM'],
    ['LBT', 0.373_241_7, 'KGM'],
    ['DRA', 0.003_887_935, 'KGM'],
    ['SCR', 0.001_295_982, 'KGM'],
    ['DWT', 0.001_555_174, 'KGM'],
    ['GRN', 0.000_064_798_91, 'KGM'],
    ['BLL', 158.987_3, 'LTR'],
    ['BUA', 35.239_07, 'LTR'],
    ['BUI', 36.368_72, 'LTR'],
    ['G21', 0.236_588_2, 'LTR'],
    ['G23', 8.809_768, 'LTR'],
    ['G24', 0.014_786_76, 'LTR'],
    ['G25', 0.004_928_922, 'LTR'],
    ['GLD', 4.404_884, 'LTR'],
    ['GLI', 4.546_092, 'LTR'],
    ['QTI', 1.136_522_5, 'LTR'],
    ['PTI', 0.568_261, 'LTR'],
    ['GII', 0.142_065_3, 'LTR'],
    ['OZI', 0.028_413_06, 'LTR'],
    ['L43', 9.092_181, 'LTR'],
    ['BLD', 115.627, 'LTR'],
    ['FTQ', 28.316_85, 'LTR'],
    ['YDQ', 764.555, 'LTR'],
    ['FOT', 0.304_8, 'MTR'],
    ['SMI', 1_609.344, 'MTR'],
    ['YDK', 0.836_127_4, 'MTK'],
    ['MIK', 2_589_988, 'MTK'],
    ['GGR', 1_728, 'EA'],
    ['SCO', 20, 'EA'],
  ];
  for (const [uom, factor, base] of standard) {
    const { dimension, amount } = inBaseUnit({ amount: '1', uom });
    expect(dimension).toBe(base);
    // The standard's dram (UK) is off in its fifth digit; nothing else differs by more than it rounds.
    expect(Math.abs(Number(amount) / factor - 1), uom).toBeLessThan(uom === 'DRI' ? 1e-4 : 5e-6);
  }
  expect(areConvertible('ACR', 'MTK')).toBe(false);
  expect(areConvertible('XCS', 'EA')).toBe(false);
});
