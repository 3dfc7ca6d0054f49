import type { Movement, MovementEnd, UnitRecord } from '@hopline/protocol';
import type { NormalisedObjectEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { loadForTaking, takeHolding } from './holdings.ts';
import { type Step, together } from './scene.ts';
import { loadStanding, stand } from './stand.ts';
import { itemsOf, loadUnits, splitUnits, subjectsOf } from './subjects.ts';
import { atPlace, loadDownwards, unitOf } from './units.ts';

type Gone = MovementEnd & { at: 'gone' };

/**
 * Destruction, sale to a consumer, decommissioning (ObjectEvent DELETE, or retail_selling): goods leave the ledger. A unit
 * that is destroyed or sold takes its contents along; one that is only decommissioned has to be empty.
 */
export const remove: Step<NormalisedObjectEvent> = {
  async load(draft, scene) {
    const { event } = scene;
    await loadUnits(draft, event.epcs);
    await loadStanding(draft, event.epcs, scene);
    for (const unit of splitUnits(draft, event.epcs).units) await loadDownwards(draft, unit);
    await loadForTaking(draft, itemsOf(event), scene);
  },

  apply(draft, scene) {
    const gone: Gone = { at: 'gone', how: howOf(scene.event.bizStep) };
    const { units, goods } = subjectsOf(draft, scene.event);
    const removed = units.flatMap((unit) => {
      const standing = stand(draft, unit, scene);
      assertMayGo(standing.record, gone);
      return [standing, { movements: removeUnit(draft, standing.record, gone) }];
    });
    const taken = goods.flatMap((some) => {
      const found = takeHolding(draft, some, scene);
      return [found, { movements: [{ ...found.line, from: atPlace(scene.place), to: gone }] }];
    });
    return together([...removed, ...taken]);
  },
};

function howOf(bizStep: string | null): Gone['how'] {
  switch (bizStep) {
    case 'destroying':
      return 'destroyed';
    case 'decommissioning':
      return 'decommissioned';
    case 'retail_selling':
      return 'sold';
    default:
      return 'removed';
  }
}

function assertMayGo({ unit, items, units }: UnitRecord, { how }: Gone): void {
  if (how === 'destroyed' || how === 'sold' || items.length + units.length === 0) return;
  throw new Refused('unit-not-empty', 'the unit still holds something', {
    unit,
    items: items.length,
    units: units.length,
  });
}

/** A unit with all that stands and lies in it, from the outside in. */
function removeUnit(draft: Draft, { unit, location, items, units }: UnitRecord, gone: Gone): Movement[] {
  draft.remove('unit', [unit]);
  const lines = items.map((line): Movement => {
    draft.remove('containment', [line.item, unit]);
    return { ...line, from: { at: 'unit', unit }, to: gone };
  });
  const nested = units.flatMap((child) => removeUnit(draft, unitOf(draft, child), gone));
  return [{ unit, from: location, to: gone }, ...lines, ...nested];
}
