import { noAttribute } from '@hopline/protocol';
import type { NormalisedAggregationEvent, NormalisedEvent, NormalisedObjectEvent } from '@hopline/protocol/epcis';
import type { Draft } from '../state/draft.ts';
import { loadContents } from './contents.ts';
import { loadHoldings } from './holdings.ts';
import { isSerial } from './identifiers.ts';
import { assertActs, loadSites, namedGlns } from './parties.ts';
import { receiveGoods } from './receive-goods.ts';
import { receiveUnit } from './receive-unit.ts';
import { type Scene, type Step, together } from './scene.ts';
import { loadStanding } from './stand.ts';
import { itemsOf, loadUnits, movedThings, splitUnits, subjectsOf } from './subjects.ts';

export type Moving = NormalisedObjectEvent | NormalisedAggregationEvent;

/**
 * Receiving: the named receiver's organisation takes custody. What arrives is compared with what was sent; less or more
 * becomes a discrepancy with both numbers. The sender may take its own goods back where they left. Under a policy that
 * lets receipts come first, what nobody has shipped is there on the receiver's word, and waits for its shipment.
 */
export const receive: Step<Moving> = {
  async load(draft, scene) {
    const { event, place } = scene;
    const { epcs } = movedThings(event);
    await loadUnits(draft, epcs);
    await loadHoldings(draft, itemsOf(event), place);
    await loadSites(draft, [...candidates(event, place), ...namedGlns(event.destinations)]);
    await loadShipments(draft, scene);
    if (scene.policy.notShipped === 'refuse') return;
    await loadStanding(draft, epcs, scene);
    for (const unit of splitUnits(draft, epcs).units) await loadHolder(draft, unit, scene);
    for (const item of itemsOf(event)) {
      for (const to of candidates(event, place)) await draft.loadRange('early', to, item);
    }
  },

  apply(draft, scene) {
    assertActs(draft, scene.event.destinations, scene);
    const { units, goods } = subjectsOf(draft, scene.event);
    return together([
      ...units.map((unit) => receiveUnit(draft, unit, scene)),
      ...goods.map((some) => receiveGoods(draft, some, candidates(scene.event, scene.place), scene)),
    ]);
  },
};

/** Where loose goods may have been sent that are received here: here, to what the event names, or away from here. */
export function candidates({ sources, destinations }: NormalisedEvent, place: string): string[] {
  return [...new Set([place, ...namedGlns(destinations), ...namedGlns(sources)])];
}

/** Makes known what is on the way of an event's units and goods, and how far it has been received. */
export async function loadShipments(draft: Draft, { event, place }: Scene<Moving>): Promise<void> {
  for (const epc of movedThings(event).epcs) {
    if (isSerial(epc)) continue;
    const location = draft.get('unit', epc)?.location;
    if (location?.at === 'transit') await draft.load('site', location.to);
  }
  for (const item of itemsOf(event)) {
    for (const to of candidates(event, place)) {
      for (const { shipment } of await draft.loadRange('transit', to, item)) {
        await draft.load('discrepancy', shipment, item);
      }
    }
  }
}

/** The policy of whoever still holds a unit, and what is open in it. */
async function loadHolder(draft: Draft, unit: string, scene: Scene<Moving>): Promise<void> {
  await draft.loadRange('early', noAttribute, unit);
  const custodian = draft.get('unit', unit)?.custodian;
  if (custodian) await draft.load('policy', custodian);
  await loadContents(draft, [], unit, scene);
}
