import { expect, test } from 'vitest';
import type { MovementRow } from './block-changes.ts';
import { foldPresences, type PresenceRow } from './fold-presences.ts';
import { openEndMs } from './rows.ts';

type End = readonly [at: string, id: string | null];

let events = 0;
const move = (
  from: End,
  to: End,
  time_ms: number,
  amount: string | null = '10',
  uom: string | null = 'CS',
): MovementRow => ({
  event: `event ${++events}`,
  position: 0,
  subject: 'lot',
  is_unit: amount === null,
  amount,
  uom,
  origin: null,
  from_at: from[0],
  from_id: from[1],
  to_at: to[0],
  to_id: to[1],
  transit_from: null,
  transit_to: null,
  time_ms,
  seq: 0,
});

const fold = (movements: MovementRow[], open: PresenceRow[] = []) => foldPresences(movements, open, 1);
const outside: End = ['outside', null];
const field: End = ['place', 'field'];
const pallet: End = ['unit', 'pallet'];

test('goods that go in part are still there, and are gone with the rest', () => {
  const [partly] = fold([move(outside, field, 1), move(field, pallet, 2, '4')]);
  expect(partly).toMatchObject({ at: 'place', entered: '10', remaining: '6', to_ms: openEndMs, left_ms: 2 });
  const [gone] = fold([move(field, ['gone', 'sold'], 3, '6')], partly ? [partly] : []);
  expect(gone).toMatchObject({ id: partly?.id, remaining: '0', to_ms: 3, to_event: `event ${events}` });
});

test('more of the same adds to what is there, in comparable units too', () => {
  const [kilograms] = fold([move(outside, field, 5, '10', 'KGM'), move(outside, field, 3, '500', 'GRM')]);
  expect(kilograms).toMatchObject({ from_ms: 3, entered: '10.5', remaining: '10.5', uom: 'KGM' });
});

test('what leaves and comes back begins anew', () => {
  const found = fold([move(outside, field, 1), move(field, pallet, 2), move(pallet, field, 3)]);
  expect(found.map(({ at, from_ms, to_ms }) => [at, from_ms, to_ms])).toEqual([
    ['place', 1, 2],
    ['unit', 2, 3],
    ['place', 3, openEndMs],
  ]);
});

test('an end before the beginning, by clocks that disagree, is no time at all', () => {
  const [stay] = fold([move(outside, field, 10), move(field, ['gone', 'sold'], 4)]);
  expect(stay).toMatchObject({ from_ms: 10, to_ms: 10 });
});

test('a whole unit leaves at once', () => {
  const found = fold([move(outside, field, 1, null, null), move(field, ['transit', 'shipment'], 2, null, null)]);
  expect(found.map(({ at, to_ms, remaining }) => [at, to_ms, remaining])).toEqual([
    ['place', 2, null],
    ['transit', openEndMs, null],
  ]);
});
