import { expect, test } from 'vitest';
import { type HopEdge, hopLevels } from './hop-levels.ts';

const step = (thing: string, fromMs: number, event: string, untilEvent: string | null): HopEdge => ({
  from: thing,
  to: 'somewhere',
  kind: 'at',
  of: null,
  fromMs,
  event,
  untilEvent,
});
const edges = [
  step('lot', 1, 'harvested', 'shipped'),
  step('lot', 2, 'shipped', 'received'),
  // Two parts go their own ways, and one is made into something.
  step('lot', 3, 'received', 'used'),
  step('lot', 4, 'sent on', null),
  { ...step('lot', 5, 'used', null), kind: 'transformed', to: 'dish' },
  step('dish', 5, 'used', 'sold'),
];

test('a walk comes to know of events level by level, each next to one that it knows', () => {
  expect(hopLevels(edges, 'lot', 'forward')).toEqual([
    ['harvested'],
    ['shipped'],
    ['received'],
    ['used', 'sent on'],
    ['sold'],
  ]);
  expect(hopLevels(edges, 'dish', 'back')).toEqual([
    ['used'],
    ['received'],
    ['shipped'],
    ['harvested'],
    ['sent on', 'sold'],
  ]);
});
