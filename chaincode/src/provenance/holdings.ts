import type { Line, Movement, MovementEnd, Origin, Remark } from '@hopline/protocol';
import { areConvertible, compareQuantities, type Quantity } from '@hopline/protocol/epcis';
import type { Draft } from '../state/draft.ts';
import { minus, plus } from './amount.ts';
import { addToLine, type Goods, takeFromLine } from './goods.ts';
import { remark, timeOrder } from './remark.ts';
import type { Effect, Scene } from './scene.ts';
import { enterMissing, explain, loadShortfalls, missingOf, type Where } from './shortfall.ts';
import { atPlace } from './units.ts';

/** Makes the holdings of some items at a place known, and what is open there. */
export async function loadHoldings(draft: Draft, items: Iterable<string>, place: string): Promise<void> {
  for (const item of items) {
    await draft.load('holding', item, place);
    await loadShortfalls(draft, [item], place);
  }
}

/** Makes known, besides the holdings, what a tolerant policy looks at where there is not enough. */
export async function loadForTaking(draft: Draft, items: readonly string[], scene: Scene): Promise<void> {
  await loadHoldings(draft, items, scene.place);
  if (scene.policy.notHeld === 'refuse' && scene.policy.unitOfMeasure === 'refuse') return;
  for (const item of items) {
    await draft.load('item', item);
    await draft.loadRange('transit', scene.place, item);
  }
}

/** Goods taken, and what had to happen before, so that they could be. */
export interface Taken {
  readonly line: Line;
  readonly movements: readonly Movement[];
  readonly remarks: readonly Remark[];
}

/**
 * Takes goods that lie loose at the scene's place. Where there is too little and the policy lets it pass, what is on the way
 * to there counts as received, and the rest enters by a declared origin. `line` has the goods' origin.
 */
export function takeHolding(draft: Draft, goods: Goods, scene: Scene): Taken {
  const { item } = goods;
  const { place } = scene;
  const holding = draft.get('holding', item, place);
  const where: Where = { id: place, end: atPlace(place) };
  const missing = missingOf(draft, holding, goods, scene, where);
  const remarks = timeOrder(item, holding?.firstMs, holding?.event ?? '', scene);
  if (missing === null) {
    takeLoose(draft, goods, scene);
    return { line: { ...goods, origin: holding?.origin ?? 'declared' }, movements: [], remarks };
  }
  if (holding && areConvertible(holding.uom, goods.uom)) draft.remove('holding', [item, place]);
  const assumed = assumeReceived(draft, { item, ...missing }, scene);
  const entered = enterMissing(
    draft,
    { line: holding, asked: goods, missing: assumed.rest, assumed: assumed.total },
    scene,
    where,
  );
  return {
    line: { ...goods, origin: assumed.rest.amount === '0' ? (holding?.origin ?? assumed.origin) : 'declared' },
    movements: [...assumed.movements, ...entered.movements],
    remarks: [...remarks, ...assumed.remarks, ...entered.remarks],
  };
}

/** Takes goods that are there. */
export function takeLoose(draft: Draft, goods: Goods, { place, hash, event }: Scene): void {
  const holding = draft.get('holding', goods.item, place);
  const rest = takeFromLine(holding, goods, { place });
  if (!holding || !rest) draft.remove('holding', [goods.item, place]);
  else draft.put('holding', [goods.item, place], { ...holding, ...rest, event: hash, sinceMs: event.eventTimeMs });
}

interface Assumed extends Pick<Taken, 'movements' | 'remarks'> {
  readonly rest: Quantity;
  readonly total: Quantity | null;
  readonly origin: Origin;
}

/** Draws on shipments on the way to the scene's place, the oldest first: somebody forgot to say that they had arrived. */
function assumeReceived(draft: Draft, missing: Goods, scene: Scene): Assumed {
  const { item, ...all } = missing;
  const movements: Movement[] = [];
  const remarks: Remark[] = [];
  let [rest, total, origin]: [Quantity, Quantity | null, Origin] = [all, null, 'network'];
  const open = draft
    .list('transit', scene.place, item)
    .filter((transit) => areConvertible(transit.uom, rest.uom) && transit.sentAtMs <= scene.event.eventTimeMs)
    .sort((a, b) => a.sentAtMs - b.sentAtMs || (a.shipment < b.shipment ? -1 : 1));
  for (const transit of open) {
    if (rest.amount === '0') break;
    const { shipment, from, to } = transit;
    const way: Quantity = { amount: transit.amount, uom: transit.uom };
    const taken = compareQuantities(rest, way) <= 0 ? rest : way;
    const left = minus(way, taken);
    if (left.amount === '0') draft.remove('transit', [to, item, shipment]);
    else {
      const sent = plus({ amount: transit.sent, uom: transit.uom }, { amount: '0', uom: left.uom }).amount;
      const refused =
        transit.refused && plus({ amount: transit.refused, uom: transit.uom }, { amount: '0', uom: left.uom });
      draft.put('transit', [to, item, shipment], {
        ...transit,
        ...left,
        sent,
        ...(refused && { refused: refused.amount }),
      });
    }
    rest = minus(rest, taken);
    total = total ? plus(total, taken) : taken;
    if (transit.origin === 'declared') origin = 'declared';
    const end: MovementEnd = { at: 'transit', shipment, from, to };
    movements.push({ item, ...taken, origin: transit.origin, from: end, to: atPlace(scene.place) });
    remarks.push(remark('receipt-missing', item, { booked: way, stated: taken, ref: shipment }));
  }
  return { movements, remarks, rest, total, origin };
}

/** Puts goods down loose at the scene's place, in the custody of its organisation. */
export function putHolding(draft: Draft, goods: Goods, origin: Origin, { place, mspId, hash, event }: Scene): void {
  const { item } = goods;
  const { eventTimeMs } = event;
  const holding = draft.get('holding', item, place);
  const firstMs = holding ? holding.firstMs && Math.min(holding.firstMs, eventTimeMs) : eventTimeMs;
  draft.put('holding', [item, place], {
    schema: 1,
    ...addToLine(holding, goods, origin),
    place,
    custodian: mspId,
    disposition: event.disposition ?? holding?.disposition ?? null,
    event: hash,
    sinceMs: eventTimeMs,
    ...(firstMs === undefined ? {} : { firstMs }),
  });
}

/** Goods come to lie at the scene's place, and explain what was taken there before anybody told of them. */
export function arrive(draft: Draft, goods: Goods, origin: Origin, from: MovementEnd, scene: Scene): Effect {
  const here = atPlace(scene.place);
  putHolding(draft, goods, origin, scene);
  const explained = explain(draft, goods, scene, { id: scene.place, end: here });
  for (const part of explained) takeLoose(draft, part.goods, scene);
  return {
    movements: [{ ...goods, origin, from, to: here }, ...explained.map(({ movement }) => movement)],
    flags: [],
    remarks: explained.map((part) => part.remark),
  };
}
