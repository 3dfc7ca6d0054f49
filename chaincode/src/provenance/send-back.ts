import type { MovementEnd, TransitRecord } from '@hopline/protocol';
import type { Quantity } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { allocate } from './allocate.ts';
import { plus } from './amount.ts';
import { recordDifference, refusedOf } from './discrepancy.ts';
import type { Goods } from './goods.ts';
import { assertActs, loadSites, namedGlns, roleIn } from './parties.ts';
import { candidates, loadShipments, type Moving } from './receive.ts';
import { openShipments, receiptOf, wayOf } from './receive-goods.ts';
import { remark, timeOrder } from './remark.ts';
import { type Effect, type Scene, type Step, together } from './scene.ts';
import { itemsOf, loadUnits, movedThings, subjectsOf } from './subjects.ts';
import { relocated, unitOf } from './units.ts';

/**
 * Refusal by the receiver (bizStep `arriving`, disposition `returned`): what is on the way to the read point goes back to
 * where it came from. It was never taken over, so custody stays with its sender, who receives it in the end.
 */
export const sendBack: Step<Moving> = {
  async load(draft, scene) {
    const { event, place, hash } = scene;
    await loadUnits(draft, movedThings(event).epcs);
    await loadSites(draft, [...candidates(event, place), ...namedGlns(event.destinations)]);
    await loadShipments(draft, scene);
    for (const item of itemsOf(event)) {
      for (const to of candidates(event, place)) {
        for (const { from } of draft.list('transit', to, item)) await draft.load('transit', from, item, hash);
      }
    }
  },

  apply(draft, scene) {
    assertActs(draft, scene.event.destinations, scene);
    const { units, goods } = subjectsOf(draft, scene.event);
    return together([
      ...units.map((unit) => sendUnitBack(draft, unit, scene)),
      ...goods.map((some) => sendGoodsBack(draft, some, scene)),
    ]);
  },
};

function sendUnitBack(draft: Draft, unit: string, scene: Scene): Effect {
  const record = unitOf(draft, unit);
  const { location, custodian, sinceMs, event } = record;
  if (location.at !== 'transit') throw new Refused('not-shipped', 'the unit is not on the way', { unit, location });
  if (roleIn(draft, { from: location.from, to: location.to, custodian }, scene) !== 'receiver') {
    throw new Refused('event-party', 'only whom the unit was sent to can refuse it', { unit, to: location.to });
  }
  const back = { at: 'transit', shipment: scene.hash, from: scene.place, to: location.from } as const;
  draft.put('unit', [unit], relocated(record, back, custodian, scene));
  return together([
    {
      movements: [{ unit, from: location, to: back }],
      remarks: [
        remark('refused-by-receiver', unit, { ref: location.shipment }),
        ...timeOrder(unit, sinceMs, event, scene),
      ],
    },
  ]);
}

function sendGoodsBack(draft: Draft, goods: Goods, scene: Scene): Effect {
  const open = openShipments(draft, goods.item, candidates(scene.event, scene.place), scene).filter(
    (transit) => roleIn(draft, transit, scene) === 'receiver',
  );
  const { parts, excess } = allocate(goods, open);
  if (excess) {
    throw new Refused('not-shipped', 'more is refused than is on the way to there', {
      item: goods.item,
      refused: goods.amount,
      uom: goods.uom,
      excess: excess.amount,
      excessUom: excess.uom,
    });
  }
  const senders = [...new Set(parts.map(({ transit }) => transit.from))];
  if (senders.length > 1) {
    // One event is one shipment, and goes to one place.
    throw new Refused('event-party', 'the goods came from several places: the refusal names its source', { senders });
  }
  return together(parts.map(({ transit, taken }) => turnAround(draft, transit, taken, scene)));
}

function turnAround(draft: Draft, transit: TransitRecord, part: Quantity, scene: Scene): Effect {
  const { item, from, custodian, origin, shipment, amount, uom } = transit;
  const { hash, place, event } = scene;
  const flags = recordDifference(draft, refusedOf(draft, transit, part), null, receiptOf(scene));
  const before = draft.get('transit', from, item, hash);
  const all = before ? plus({ amount: before.amount, uom: before.uom }, part) : part;
  draft.put('transit', [from, item, hash], {
    schema: 1,
    item,
    ...all,
    origin: before?.origin === 'declared' ? 'declared' : origin,
    shipment: hash,
    from: place,
    to: from,
    custodian,
    sent: all.amount,
    disposition: event.disposition,
    sentAtMs: event.eventTimeMs,
  });
  const back: MovementEnd = { at: 'transit', shipment: hash, from: place, to: from };
  return together([
    {
      movements: [{ item, ...part, origin, from: wayOf(transit), to: back }],
      flags,
      remarks: [
        remark('refused-by-receiver', item, { booked: { amount, uom }, stated: part, ref: shipment }),
        ...timeOrder(item, transit.sentAtMs, shipment, scene),
      ],
    },
  ]);
}
