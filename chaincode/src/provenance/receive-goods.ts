import type { EventFlag, MovementEnd, Remark, TransitRecord } from '@hopline/protocol';
import { areConvertible } from '@hopline/protocol/epcis';
import type { Draft } from '../state/draft.ts';
import { allocate } from './allocate.ts';
import { lessen, recordDifference } from './discrepancy.ts';
import { noteEarly } from './early.ts';
import type { Goods } from './goods.ts';
import { arrive } from './holdings.ts';
import { namedGlns, roleIn } from './parties.ts';
import { remark, timeOrder } from './remark.ts';
import { type Effect, type Scene, together } from './scene.ts';
import { withoutAssumed } from './shortfall.ts';

/**
 * Receives loose goods: what was taken for received already changes nothing, what is on the way comes off its shipments,
 * and the rest is over, or early.
 *
 * @param receivers GLNs to which the goods may have been sent
 */
export function receiveGoods(draft: Draft, goods: Goods, receivers: readonly string[], scene: Scene): Effect {
  const { left, remarks } = withoutAssumed(draft, goods, scene);
  if (!left) return together([{ remarks }]);
  const open = openShipments(draft, left.item, receivers, scene);
  const { policy } = scene;
  if (open.length === 0 && policy.notShipped === 'flag') {
    return together([{ remarks }, receiveEarly(draft, left, scene)]);
  }
  const [first] = open;
  if (first && policy.unitOfMeasure === 'flag' && !open.some(({ uom }) => areConvertible(uom, left.uom))) {
    return together([{ remarks }, receiveInOtherUnit(draft, left, first, scene)]);
  }
  return together([{ remarks }, takeFromShipments(draft, left, open, scene)]);
}

function takeFromShipments(draft: Draft, goods: Goods, open: readonly TransitRecord[], scene: Scene): Effect {
  const { item } = goods;
  const { parts, excess } = allocate(goods, open);
  const effects: Partial<Effect>[] = [];
  for (const [index, { transit, taken }] of parts.entries()) {
    const over = index === parts.length - 1 ? excess : null;
    effects.push(arrive(draft, { item, ...taken }, transit.origin, wayOf(transit), scene));
    if (over) {
      // Nobody accounts for the excess but the receiver: it is there on its word alone.
      const unexplained: MovementEnd = { at: 'difference', shipment: transit.shipment };
      effects.push(arrive(draft, { item, ...over }, 'declared', unexplained, scene));
    }
    const flags: EventFlag[] = recordDifference(draft, lessen(draft, transit, taken), over, receiptOf(scene));
    if (roleIn(draft, transit, scene) === 'sender') flags.push('returned-to-sender');
    effects.push({ flags, remarks: datedBefore(transit, scene) });
  }
  return together(effects);
}

/** A receipt that comes before its shipment, or of what no member of the channel ships. */
function receiveEarly(draft: Draft, goods: Goods, scene: Scene): Effect {
  const to = ownDestination(draft, scene);
  const noted = noteEarly(draft, goods, to, scene);
  const from: MovementEnd = noted ? { at: 'early', receipt: scene.hash } : { at: 'outside' };
  const booked = { amount: '0', uom: goods.uom };
  return together([
    arrive(draft, goods, 'declared', from, scene),
    { remarks: [remark('received-early', goods.item, { booked, stated: goods })] },
    { flags: noted ? [] : ['declared-origin'] },
  ]);
}

/** Where a late shipment would have gone: to the own place that the receipt names as its destination, or to here. */
function ownDestination(draft: Draft, { event, place, mspId }: Scene): string {
  return namedGlns(event.destinations).find((gln) => draft.get('site', gln)?.mspId === mspId) ?? place;
}

/** A receipt in a unit of measure that does not convert: the oldest shipment is taken to be the one, with both numbers. */
function receiveInOtherUnit(draft: Draft, goods: Goods, transit: TransitRecord, scene: Scene): Effect {
  const { item, shipment, from, to, uom, amount } = transit;
  const booked = { amount, uom };
  draft.remove('transit', [to, item, shipment]);
  draft.put('discrepancy', [shipment, item], {
    schema: 1,
    shipment,
    item,
    kind: 'units',
    sent: amount,
    received: goods.amount,
    uom,
    receivedUom: goods.uom,
    from,
    to,
    sender: transit.custodian,
    receiver: scene.mspId,
    event: scene.hash,
    atMs: scene.event.eventTimeMs,
  });
  const difference: MovementEnd = { at: 'difference', shipment };
  return together([
    { movements: [{ item, ...booked, origin: transit.origin, from: wayOf(transit), to: difference }] },
    arrive(draft, goods, 'declared', difference, scene),
    {
      remarks: [remark('units-differ', item, { booked, stated: goods, ref: shipment }), ...datedBefore(transit, scene)],
    },
  ]);
}

/** Shipments of an item that the scene's organisation may receive here, the oldest first. */
export function openShipments(draft: Draft, item: string, receivers: readonly string[], scene: Scene): TransitRecord[] {
  const named = namedGlns(scene.event.sources, ['location']);
  return receivers
    .flatMap((to) => draft.list('transit', to, item))
    .filter((transit) => {
      const role = roleIn(draft, transit, scene);
      const otherEnd = role === 'sender' ? transit.to : transit.from;
      return role !== null && (named.length === 0 || named.includes(otherEnd));
    })
    .sort((a, b) => a.sentAtMs - b.sentAtMs || (a.shipment < b.shipment ? -1 : 1));
}

function datedBefore({ item, sentAtMs, shipment }: TransitRecord, scene: Scene): Remark[] {
  return timeOrder(item, sentAtMs, shipment, scene);
}

export function receiptOf({ hash, event, mspId }: Scene) {
  return { event: hash, atMs: event.eventTimeMs, mspId };
}

export function wayOf({ shipment, from, to }: TransitRecord): MovementEnd {
  return { at: 'transit', shipment, from, to };
}
