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
