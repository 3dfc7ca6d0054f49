import type { Line, Origin } from '@hopline/protocol';
import { areConvertible, type ClassQuantity, compareQuantities, type Quantity } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import { minus, plus } from './amount.ts';

/** An amount of an item that an event speaks of. */
export interface Goods extends Quantity {
  readonly item: string;
}

/** The goods of an event, each item once: lots with their amounts, single items as one of each. */
export function goodsOf(quantities: readonly ClassQuantity[], items: readonly string[] = []): Goods[] {
  const goods = new Map<string, Goods>();
  for (const { epcClass: item, amount, uom } of quantities) {
    if (amount === null || amount === '0') {
      throw new Refused('quantity', 'this step needs an amount for each lot', { item, amount });
    }
    const known = goods.get(item);
    goods.set(item, { item, ...(known ? sum(known, { amount, uom }, item) : { amount, uom }) });
  }
  for (const item of items) {
    if (goods.has(item)) throw new Refused('event-malformed', 'a single item is named twice', { item });
    goods.set(item, { item, amount: '1', uom: null });
  }
  return [...goods.values()];
}

/** A line with goods added to it. A mixture of origins counts as declared. */
export function addToLine(line: Line | null, { item, amount, uom }: Goods, origin: Origin): Line {
  if (!line) return { item, amount, uom, origin };
  const mixed: Origin = line.origin === 'declared' ? 'declared' : origin;
  return { item, ...sum(line, { amount, uom }, item), origin: mixed };
}

/**
 * A line with goods taken from it, `null` where nothing is left. Refuses `not-held` with both amounts where there is less
 * than asked for; `where` says of which place or unit.
 */
export function takeFromLine(line: Line | null, asked: Goods, where: Readonly<Record<string, string>>): Line | null {
  const { item, amount, uom } = asked;
  if (!line) {
    throw new Refused('not-held', 'the goods are not held there', { item, held: '0', asked: amount, uom, ...where });
  }
  assertComparable(line, asked, item);
  const order = compareQuantities(line, asked);
  if (order < 0) {
    throw new Refused('not-held', 'less is held there than asked for', {
      item,
      held: line.amount,
      heldUom: line.uom,
      asked: amount,
      uom,
      ...where,
    });
  }
  return order === 0 ? null : { item, ...minus(line, asked), origin: line.origin };
}

/** Lines by item, with others added to them. */
export function mergeLines(lines: readonly Line[], more: readonly Line[]): Line[] {
  const merged = new Map(lines.map((line) => [line.item, line]));
  for (const line of more) merged.set(line.item, addToLine(merged.get(line.item) ?? null, line, line.origin));
  return [...merged.values()];
}

/** Refuses `quantity` where two amounts of an item are in units that cannot be compared. */
export function assertComparable(a: Quantity, b: Quantity, item: string): void {
  if (areConvertible(a.uom, b.uom)) return;
  throw new Refused('quantity', 'the units of measure cannot be compared', { item, uom: a.uom, other: b.uom });
}

function sum(a: Quantity, b: Quantity, item: string): Quantity {
  assertComparable(a, b, item);
  return plus(a, b);
}
