import { type MovementEnd, noAttribute, type TransitRecord } from '@hopline/protocol';
import type { NormalisedAggregationEvent, NormalisedObjectEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { loadEarly, matchGoods, matchUnit, unitReceivedBefore } from './early.ts';
import type { Goods } from './goods.ts';
import { loadForTaking, takeHolding } from './holdings.ts';
import { assertActs, loadSites, namedGlns, namedReceiver } from './parties.ts';
import { type Effect, type Scene, type Step, together } from './scene.ts';
import { loadStanding, stand } from './stand.ts';
import { itemsOf, loadUnits, movedThings, subjectsOf } from './subjects.ts';
import { atPlace, isHere, relocated } from './units.ts';

type Moving = NormalisedObjectEvent | NormalisedAggregationEvent;

/**
 * Shipping: what is held at the read point goes on its way to a named receiver. It stays in the sender's custody until the
 * receiver's organisation says that it has it. What was received before it was shipped is matched with those receipts.
 */
export const ship: Step<Moving> = {
  async load(draft, scene) {
    const { event, hash } = scene;
    const { epcs } = movedThings(event);
    await loadUnits(draft, epcs);
    await loadStanding(draft, epcs, scene);
    await loadForTaking(draft, itemsOf(event), scene);
    await loadSites(draft, [...namedGlns(event.sources), ...namedGlns(event.destinations)]);
    for (const epc of epcs) await draft.loadRange('early', noAttribute, epc);
    await loadEarly(draft, itemsOf(event), namedReceiver(event));
    for (const item of itemsOf(event)) await draft.load('discrepancy', hash, item);
  },

  apply(draft, scene) {
    const { event, place, hash } = scene;
    const to = namedReceiver(event);
    if (to === place) throw new Refused('event-party', 'goods are shipped to another place', { place, to });
    assertActs(draft, event.sources, scene);
    const way = { at: 'transit', shipment: hash, from: place, to } as const;
    const { units, goods } = subjectsOf(draft, event);
    return together([
      ...units.map((unit) => shipUnit(draft, unit, way, scene)),
      ...goods.map((some) => shipGoods(draft, some, way, scene)),
      { flags: draft.get('site', to) ? [] : ['receiver-outside'] },
    ]);
  },
};

type Way = MovementEnd & { at: 'transit' };

function shipUnit(draft: Draft, unit: string, way: Way, scene: Scene): Effect {
  const known = draft.get('unit', unit);
  const received = known && !isHere(known, scene) ? unitReceivedBefore(draft, known, scene) : null;
  // Only who received it can have been shipped to.
  if (received && received.mspId === draft.get('site', way.to)?.mspId) return matchUnit(draft, received, scene);
  const standing = stand(draft, unit, scene);
  draft.put('unit', [unit], relocated(standing.record, way, scene.mspId, scene));
  return together([standing, { movements: [{ unit, from: atPlace(scene.place), to: way }] }]);
}

function shipGoods(draft: Draft, goods: Goods, way: Way, scene: Scene): Effect {
  const taken = takeHolding(draft, goods, scene);
  const { line } = taken;
  const { shipment, from, to } = way;
  const shipped: TransitRecord = {
    schema: 1,
    ...line,
    shipment,
    from,
    to,
    custodian: scene.mspId,
    sent: line.amount,
    disposition: scene.event.disposition,
    sentAtMs: scene.event.eventTimeMs,
  };
  const matched = matchGoods(draft, shipped, scene);
  if (matched.left) draft.put('transit', [to, line.item, shipment], matched.left);
  return together([taken, { movements: [{ ...line, from: atPlace(scene.place), to: way }] }, matched]);
}
