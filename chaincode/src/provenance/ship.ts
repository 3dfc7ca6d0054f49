import type { Movement, MovementEnd } from '@hopline/protocol';
import type { NormalisedAggregationEvent, NormalisedObjectEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Goods } from './goods.ts';
import { loadHoldings, takeHolding } from './holdings.ts';
import { assertActs, loadSites, namedGlns, namedReceiver } from './parties.ts';
import type { Scene, Step } from './scene.ts';
import { itemsOf, loadUnits, movedThings, subjectsOf } from './subjects.ts';
import { assertStandsHere, atPlace, relocated, unitOf } from './units.ts';

type Moving = NormalisedObjectEvent | NormalisedAggregationEvent;

/**
 * Shipping: what is held at the read point goes on its way to a named receiver. It stays in the sender's custody until the
 * receiver's organisation says that it has it.
 */
export const ship: Step<Moving> = {
  async load(draft, { event, place }) {
    await loadUnits(draft, movedThings(event).epcs);
    await loadHoldings(draft, itemsOf(event), place);
    await loadSites(draft, [...namedGlns(event.sources), ...namedGlns(event.destinations)]);
  },

  apply(draft, scene) {
    const { event, place, hash } = scene;
    const to = namedReceiver(event);
    if (to === place) throw new Refused('event-party', 'goods are shipped to another place', { place, to });
    assertActs(draft, event.sources, scene);
    const way = { at: 'transit', shipment: hash, from: place, to } as const;
    const { units, goods } = subjectsOf(draft, event);
    return {
      movements: [
        ...units.map((unit) => shipUnit(draft, unit, way, scene)),
        ...goods.map((some) => shipGoods(draft, some, way, scene)),
      ],
      flags: draft.get('site', to) ? [] : ['receiver-outside'],
    };
  },
};

type Way = MovementEnd & { at: 'transit' };

function shipUnit(draft: Draft, unit: string, way: Way, scene: Scene): Movement {
  const record = unitOf(draft, unit);
  assertStandsHere(record, scene);
  draft.put('unit', [unit], relocated(record, way, scene.mspId, scene));
  return { unit, from: atPlace(scene.place), to: way };
}

function shipGoods(draft: Draft, goods: Goods, way: Way, scene: Scene): Movement {
  const line = takeHolding(draft, goods, scene);
  const { shipment, from, to } = way;
  draft.put('transit', [to, line.item, shipment], {
    schema: 1,
    ...line,
    shipment,
    from,
    to,
    custodian: scene.mspId,
    sent: line.amount,
    disposition: scene.event.disposition,
    sentAtMs: scene.event.eventTimeMs,
  });
  return { ...line, from: atPlace(scene.place), to: way };
}
