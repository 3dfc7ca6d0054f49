import {
  type Line,
  type Movement,
  type MovementEnd,
  maxShortfalls,
  type Remark,
  type ShortfallRecord,
} from '@hopline/protocol';
import { areConvertible, compareQuantities, type Quantity } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { inCommonUnit, minus } from './amount.ts';
import { assertComparable, type Goods, takeFromLine } from './goods.ts';
import { isSerial } from './identifiers.ts';
import { lotStated } from './lot-of-item.ts';
import { remark } from './remark.ts';
import type { Scene } from './scene.ts';

/** A place or a unit, with the end of movements that it is. */
export type Where =
  | { readonly id: string; readonly end: MovementEnd & { at: 'place' } }
  | { readonly id: string; readonly end: MovementEnd & { at: 'unit' } };

const none: Quantity = { amount: '0', uom: null };

/** Makes the open shortfalls of some items known, which what comes there may explain. */
export async function loadShortfalls(draft: Draft, items: Iterable<string>, where: string): Promise<void> {
  for (const item of items) await draft.loadRange('shortfall', where, item);
}

/**
 * What is missing of goods that are to be taken where only `line` is; `null` where there is enough. Refuses `not-held`, or
 * `quantity` for units that do not convert, where the policy does not let it be marked instead. A serial number that is on
 * the ledger is somewhere else, and never enters a second time.
 */
export function missingOf(draft: Draft, line: Line | null, asked: Goods, scene: Scene, where: Where): Quantity | null {
  const { policy } = scene;
  const details = { [where.end.at]: where.id };
  if (line && !areConvertible(line.uom, asked.uom)) {
    if (policy.unitOfMeasure === 'refuse') assertComparable(line, asked, asked.item);
    return { amount: asked.amount, uom: asked.uom };
  }
  if (line && compareQuantities(line, asked) >= 0) return null;
  if (policy.notHeld === 'refuse' || (isSerial(asked.item) && draft.get('item', asked.item))) {
    takeFromLine(line, asked, details);
  }
  return line ? minus(asked, line) : { amount: asked.amount, uom: asked.uom };
}

/**
 * Lets what is missing enter by a declared origin, with both numbers. `assumed` of what was needed came out of shipments
 * on the way to there. Below a bound the shortfall is kept, so that a late event can explain it.
 */
export function enterMissing(
  draft: Draft,
  { line, asked, missing, assumed }: { line: Line | null; asked: Goods; missing: Quantity; assumed: Quantity | null },
  scene: Scene,
  where: Where,
): { movements: Movement[]; remarks: Remark[] } {
  const { item } = asked;
  const { hash, mspId, place, event } = scene;
  const held: Quantity = line ? { amount: line.amount, uom: line.uom } : { ...none, uom: asked.uom };
  const needed: Quantity = { amount: asked.amount, uom: asked.uom };
  if (draft.list('shortfall', where.id, item).length < maxShortfalls) {
    draft.put('shortfall', [where.id, item, hash], {
      schema: 1,
      item,
      where: where.id,
      held,
      needed,
      entered: missing.amount,
      open: missing.amount,
      assumed: assumed ? inCommonUnit(assumed, missing.uom).amount : '0',
      uom: missing.uom,
      mspId,
      event: hash,
      atMs: event.eventTimeMs,
    });
  }
  if (missing.amount === '0') return { movements: [], remarks: [] };
  if (!draft.get('item', item)) {
    const origin = 'declared';
    draft.put('item', [item], {
      schema: 1,
      item,
      origin,
      mspId,
      place,
      event: hash,
      atMs: event.eventTimeMs,
      ...lotStated(scene, item),
    });
  }
  const differ = line !== null && !areConvertible(line.uom, asked.uom);
  return {
    movements: [{ item, ...missing, origin: 'declared', from: { at: 'outside' }, to: where.end }],
    remarks: [remark(differ ? 'units-differ' : 'not-held', item, { booked: held, stated: needed })],
  };
}

/** So much of what has just come explains an earlier shortfall: the declared entry of that much is taken back. */
export interface Explained {
  readonly goods: Goods;
  readonly movement: Movement;
  readonly remark: Remark;
}

/**
 * Which shortfalls goods explain that have just come to a place or into a unit: those of events that are dated no
 * earlier. In the order of time the goods were there, and nothing had to be declared.
 */
export function explain(draft: Draft, arrived: Goods, scene: Scene, where: Where): Explained[] {
  const { item } = arrived;
  const explained: Explained[] = [];
  let rest: Quantity = { amount: arrived.amount, uom: arrived.uom };
  for (const shortfall of waiting(draft, item, where.id, scene)) {
    if (rest.amount === '0') break;
    const open: Quantity = { amount: shortfall.open, uom: shortfall.uom };
    if (open.amount === '0' || !areConvertible(open.uom, rest.uom)) continue;
    const taken = compareQuantities(rest, open) <= 0 ? rest : open;
    const left = minus(open, taken);
    rest = minus(rest, taken);
    // Sums in another unit of measure are told in the base unit, and the record's other amounts with them.
    keep(draft, {
      ...shortfall,
      open: left.amount,
      entered: inCommonUnit({ amount: shortfall.entered, uom: shortfall.uom }, left.uom).amount,
      assumed: inCommonUnit({ amount: shortfall.assumed, uom: shortfall.uom }, left.uom).amount,
      uom: left.uom,
    });
    explained.push({
      goods: { item, ...taken },
      movement: { item, ...taken, origin: 'declared', from: where.end, to: { at: 'outside' } },
      remark: remark('explains-shortfall', item, { booked: open, stated: arrived, ref: shortfall.event }),
    });
  }
  return explained;
}

/**
 * Takes off a late receipt what was taken for received already, at its place.
 *
 * @returns what is left of the receipt, `null` where nothing is, and the remarks
 */
export function withoutAssumed(
  draft: Draft,
  received: Goods,
  scene: Scene,
): { readonly left: Goods | null; readonly remarks: Remark[] } {
  const { item } = received;
  const remarks: Remark[] = [];
  let rest: Quantity = { amount: received.amount, uom: received.uom };
  for (const shortfall of waiting(draft, item, scene.place, scene)) {
    const assumed: Quantity = { amount: shortfall.assumed, uom: shortfall.uom };
    if (assumed.amount === '0' || rest.amount === '0' || !areConvertible(assumed.uom, rest.uom)) continue;
    const taken = compareQuantities(rest, assumed) <= 0 ? rest : assumed;
    const left = minus(assumed, taken);
    rest = minus(rest, taken);
    keep(draft, {
      ...shortfall,
      open: inCommonUnit({ amount: shortfall.open, uom: shortfall.uom }, left.uom).amount,
      entered: inCommonUnit({ amount: shortfall.entered, uom: shortfall.uom }, left.uom).amount,
      assumed: left.amount,
      uom: left.uom,
    });
    remarks.push(remark('already-received', item, { booked: assumed, stated: received, ref: shortfall.event }));
  }
  return { left: rest.amount === '0' ? null : { item, ...rest }, remarks };
}

/** Shortfalls that something at the scene's time can have to do with, the oldest first. */
function waiting(draft: Draft, item: string, where: string, { event, hash }: Scene): ShortfallRecord[] {
  return draft
    .list('shortfall', where, item)
    .filter((shortfall) => event.eventTimeMs <= shortfall.atMs && shortfall.event !== hash)
    .sort((a, b) => a.atMs - b.atMs || (a.event < b.event ? -1 : 1));
}

function keep(draft: Draft, shortfall: ShortfallRecord): void {
  const { where, item, event, open, assumed } = shortfall;
  if (open === '0' && assumed === '0') draft.remove('shortfall', [where, item, event]);
  else draft.put('shortfall', [where, item, event], shortfall);
}

/** Refuses what a policy that marks shortfalls cannot let pass either. */
export function assertEnters(draft: Draft, { item }: Goods, where: Where): void {
  if (!isSerial(item) || !draft.get('item', item)) return;
  throw new Refused('not-held', 'a serial number that is on the ledger does not enter again', {
    item,
    where: where.id,
  });
}
