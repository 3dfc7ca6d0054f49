import type { Movement, UnitRecord } from '@hopline/protocol';
import type { NormalisedAggregationEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { putInto, standIn } from './contents.ts';
import { goodsOf } from './goods.ts';
import { loadHoldings, takeHolding } from './holdings.ts';
import { isSerial } from './identifiers.ts';
import type { Scene, Step } from './scene.ts';
import { loadUnits, splitUnits } from './subjects.ts';
import { assertStandsHere, atPlace, enclosing, loadUpwards, newUnit, outermost, relocated, unitOf } from './units.ts';

/**
 * Packing (AggregationEvent ADD): loose goods and units at the read point go into a unit there, and from then on share its
 * way. A unit that was never heard of comes into being by it.
 */
export const pack: Step<NormalisedAggregationEvent> = {
  async load(draft, { event, place }) {
    if (event.parent !== null) await loadUpwards(draft, event.parent);
    await loadUnits(draft, event.childEpcs);
    await loadHoldings(draft, [...event.childEpcs, ...event.childQuantities.map(({ epcClass }) => epcClass)], place);
  },

  apply(draft, scene) {
    const { event, place, hash } = scene;
    const parent = parentOf(event);
    const known = draft.get('unit', parent);
    const movements: Movement[] = known ? [] : [{ unit: parent, from: { at: 'outside' }, to: atPlace(place) }];
    let record = known ?? newUnit(parent, scene);
    assertStandsHere(outermost(draft, record), scene);
    const around = new Set(enclosing(draft, record).map(({ unit }) => unit));
    const { units, items } = splitUnits(draft, event.childEpcs);
    for (const unit of units) {
      if (around.has(unit)) throw new Refused('unit-cycle', 'a unit cannot stand in itself', { unit, parent });
      movements.push(standUnit(draft, unit, parent, scene));
      record = standIn(record, unit);
    }
    for (const goods of goodsOf(event.childQuantities, items)) {
      const line = takeHolding(draft, goods, scene);
      record = putInto(draft, record, line);
      movements.push({ ...line, from: atPlace(place), to: { at: 'unit', unit: parent } });
    }
    draft.put('unit', [parent], { ...record, event: hash, sinceMs: event.eventTimeMs });
    return { movements, flags: [] };
  },
};

/** The parent of an aggregation that changes. Refuses what cannot be a unit: a lot, or a single item of goods. */
export function parentOf({ parent, action }: NormalisedAggregationEvent): string {
  if (parent === null)
    throw new Refused('event-malformed', `an aggregation with action ${action} names its parent`, {});
  if (isSerial(parent)) {
    throw new Refused('event-malformed', 'goods are packed into a logistic unit or an asset (SSCC, GRAI, GIAI)', {
      parent,
    });
  }
  return parent;
}

function standUnit(draft: Draft, unit: string, parent: string, scene: Scene): Movement {
  const record: UnitRecord = unitOf(draft, unit);
  assertStandsHere(record, scene);
  draft.put('unit', [unit], relocated(record, { at: 'unit', unit: parent }, null, scene));
  return { unit, from: atPlace(scene.place), to: { at: 'unit', unit: parent } };
}
