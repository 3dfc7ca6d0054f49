import { expect, test } from 'vitest';
import { isSettled } from './is-settled.ts';

const stats = { acknowledged: 104, quarantined: { 'signature-invalid': 4 }, lost: 2 };
const all = { left: 0, projectedReadings: 100, missingSummaries: 0 };

test('settled is what has left the edges and is projected with its summaries', () => {
  expect(isSettled(all, stats)).toBe(true);
  expect(isSettled({ ...all, left: 1 }, stats)).toBe(false);
  expect(isSettled({ ...all, missingSummaries: 1 }, stats)).toBe(false);
  expect(isSettled({ ...all, projectedReadings: 99 }, stats)).toBe(false);
});

test('of unsigned messages without an answer some may be there, and no others', () => {
  expect(isSettled({ ...all, projectedReadings: 102 }, stats)).toBe(true);
  expect(isSettled({ ...all, projectedReadings: 103 }, stats)).toBe(false);
});
