import { expect, test } from 'vitest';
import type { WorkItem } from '../api/worklist.ts';
import { numbersOf } from './numbers.ts';

const nothing = { booked: null, stated: null, bookedMs: null, statedMs: null, outstanding: null };
const item = (kind: string, more: object) => ({ ...nothing, kind, ...more }) as WorkItem;
const kilograms = (amount: string) => ({ amount, uom: 'KGM' });
const style = { locale: 'en-GB', timeZone: 'UTC' };

test('both numbers of a difference have the names that people know them by', () => {
  expect(numbersOf(item('received-short', { booked: kilograms('500'), stated: kilograms('498') }), style)).toEqual([
    ['Sent', '500 kg'],
    ['Received', '498 kg'],
  ]);
  expect(numbersOf(item('not-held', { booked: kilograms('0'), stated: kilograms('5') }), style)).toEqual([
    ['By the books', '0 kg'],
    ['By the event', '5 kg'],
  ]);
  expect(numbersOf(item('overdue-shipment', { booked: kilograms('5'), outstanding: kilograms('2') }), style)).toEqual([
    ['Sent', '5 kg'],
    ['Still on the way', '2 kg'],
  ]);
});

test('times that disagree are told as times', () => {
  const times = { bookedMs: Date.UTC(2026, 4, 4, 6), statedMs: Date.UTC(2026, 4, 4, 5) };
  expect(numbersOf(item('time-order', times), style)).toEqual([
    ['By the books', '4 May 2026, 06:00 UTC'],
    ['By the event', '4 May 2026, 05:00 UTC'],
  ]);
  expect(numbersOf(item('event-id-conflict', {}), style)).toEqual([]);
});
