import { describe, expect, test } from 'vitest';
import { QuantitySum } from './quantity-sum.ts';

function sumOf(...amounts: readonly [amount: string, uom: string | null][]) {
  const sum = new QuantitySum();
  for (const [amount, uom] of amounts) {
    if (amount.startsWith('-')) sum.subtract({ amount: amount.slice(1), uom });
    else sum.add({ amount, uom });
  }
  return sum.quantities;
}

describe('sums of quantities', () => {
  test('are exact beyond what a double holds', () => {
    const most = '999999999999999';
    expect(sumOf(...Array.from({ length: 20 }, (): [string, null] => [most, null]))).toEqual([
      { amount: String(BigInt(most) * 20n), uom: null },
    ]);
  });

  test('go below zero and come back', () => {
    expect(sumOf(['3', null], ['-5', null])).toEqual([{ amount: '-2', uom: null }]);
    expect(sumOf(['-5', null], ['3', null])).toEqual([{ amount: '-2', uom: null }]);
    expect(sumOf(['-5', null], ['5', null])).toEqual([]);
  });

  test('of whole numbers and decimals are decimals', () => {
    expect(sumOf(['1', 'KGM'], ['0.1', 'KGM'], ['0.2', 'KGM'])).toEqual([{ amount: '1.3', uom: 'KGM' }]);
    expect(sumOf(['1', 'KGM'], ['-0.25', 'KGM'], ['2', 'KGM'])).toEqual([{ amount: '2.75', uom: 'KGM' }]);
  });

  test('convert where units can be, and stand side by side where they cannot', () => {
    expect(sumOf(['1', 'KGM'], ['500', 'GRM'], ['7', null], ['2', 'KGM'], ['1', null])).toEqual([
      { amount: '3.5', uom: 'KGM' },
      { amount: '8', uom: null },
    ]);
  });
});
