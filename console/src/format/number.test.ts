import { expect, test } from 'vitest';
import { addQuantities, formatMeasured, formatQuantity, formatShare } from './number.ts';

test.each([
  [{ amount: '500', uom: 'KGM' }, '500 kg'],
  [{ amount: '1234567', uom: null }, '1,234,567 items'],
  [{ amount: '0.1000000000000000055', uom: 'KGM' }, '0.1000000000000000055 kg'],
  [{ amount: '9007199254740993', uom: null }, '9,007,199,254,740,993 items'],
  [{ amount: '1', uom: null }, '1 item'],
  [{ amount: '3', uom: 'XBX' }, '3 boxes'],
  [{ amount: '1', uom: 'CS' }, '1 case'],
  [{ amount: '3', uom: 'XDR' }, '3 XDR'],
])('%o is written %s', (quantity, text) => expect(formatQuantity(quantity, 'en-GB')).toBe(text));

test('measured values are thousandths of their unit', () => {
  expect(formatMeasured(4250, 'Cel', 'en-GB')).toBe('4.3 °C');
  expect(formatMeasured(-500, 'Cel', 'en-GB')).toBe('-0.5 °C');
  expect(formatMeasured(91_000, '%RH', 'en-GB')).toBe('91.0 % RH');
  expect(formatMeasured(1000, null, 'en-GB')).toBe('1.0');
});

test('amounts add up exactly, each unit for itself', () => {
  const sum = addQuantities([
    { amount: '0.1', uom: 'KGM' },
    { amount: '40', uom: null },
    { amount: '0.2', uom: 'KGM' },
    { amount: '14', uom: null },
    { amount: '99.70', uom: 'KGM' },
  ]);
  expect(sum).toEqual([
    { amount: '100', uom: 'KGM' },
    { amount: '54', uom: null },
  ]);
});

test.each([
  [0, '0 %'],
  [0.0001, '1 %'],
  [0.504, '50 %'],
  [0.999, '99 %'],
  [1, '100 %'],
])('a share of %d never sounds better than it is: %s', (share, text) => expect(formatShare(share, 'en')).toBe(text));
