import type { Movement, UnitRecord } from '@hopline/protocol';
import type { NormalisedAggregationEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { takeOut } from './contents.ts';
import { type Goods, goodsOf } from './goods.ts';
import { loadHoldings, putHolding } from './holdings.ts';
import { parentOf } from './pack.ts';
import type { Scene, Step } from './scene.ts';
import { loadUnits, splitUnits } from './subjects.ts';
import { assertStandsHere, atPlace, loadUpwards, outermost, relocated, unitOf } from './units.ts';

/**
 * Unpacking (AggregationEvent DELETE): goods and units leave a unit and lie at the read point by themselves. Where the
 * event names no children, all leave (EPCIS 2.0, section 7.4.3).
 */
export const unpack: Step<NormalisedAggregationEvent> = {
  async load(draft, { event, place }) {
    const parent = parentOf(event);
    await loadUpwards(draft, parent);
    const { units = [], items = [] } = draft.get('unit', parent) ?? {};
    await loadUnits(draft, [...event.childEpcs, ...units]);
    await loadHoldings(
      draft,
      [...event.childEpcs, ...event.childQuantities.map(({ epcClass }) => epcClass), ...items.map(({ item }) => item)],
      place,
    );
  },

  apply(draft, scene) {
    const { event, place, hash } = scene;
    let record = unitOf(draft, parentOf(event));
    assertStandsHere(outermost(draft, record), scene);
    const { units, goods } = leaving(draft, record, event);
    const movements: Movement[] = [];
    for (const unit of units) {
      if (!record.units.includes(unit)) {
        throw new Refused('not-held', 'the unit does not stand in that one', { unit, parent: record.unit });
      }
      record = { ...record, units: record.units.filter((child) => child !== unit) };
      movements.push(putDown(draft, unit, record, scene));
    }
    for (const some of goods) {
      const taken = takeOut(draft, record, some);
      record = taken.record;
      putHolding(draft, some, taken.line.origin, scene);
      movements.push({ ...taken.line, from: { at: 'unit', unit: record.unit }, to: atPlace(place) });
    }
    draft.put('unit', [record.unit], { ...record, event: hash, sinceMs: event.eventTimeMs });
    return { movements, flags: [] };
  },
};

function leaving(
  draft: Draft,
  record: UnitRecord,
  { childEpcs, childQuantities }: NormalisedAggregationEvent,
): { units: readonly string[]; goods: readonly Goods[] } {
  if (childEpcs.length + childQuantities.length === 0) {
    return { units: record.units, goods: record.items.map(({ item, amount, uom }) => ({ item, amount, uom })) };
  }
  const { units, items } = splitUnits(draft, childEpcs);
  return { units, goods: goodsOf(childQuantities, items) };
}

function putDown(draft: Draft, unit: string, parent: UnitRecord, scene: Scene): Movement {
  const here = atPlace(scene.place);
  draft.put('unit', [unit], relocated(unitOf(draft, unit), here, scene.mspId, scene));
  return { unit, from: { at: 'unit', unit: parent.unit }, to: here };
}
