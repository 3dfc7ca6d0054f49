import type { Movement } from '@hopline/protocol';
import type { NormalisedObjectEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import { appear, loadItems } from './appear.ts';
import { loadHoldings } from './holdings.ts';
import { type Step, together } from './scene.ts';
import { itemsOf, loadUnits, subjectsOf } from './subjects.ts';
import { atPlace, newUnit } from './units.ts';

/**
 * Commissioning, harvest, the creation of a lot (ObjectEvent ADD): goods enter by a declared origin and are marked as such.
 * Units (SSCC and the like) come into being empty.
 */
export const commission: Step<NormalisedObjectEvent> = {
  async load(draft, { event, place }) {
    await loadUnits(draft, event.epcs);
    await loadItems(draft, itemsOf(event));
    await loadHoldings(draft, itemsOf(event), place);
  },

  apply(draft, scene) {
    const { units, goods } = subjectsOf(draft, scene.event);
    const created = units.map((unit): Movement => {
      const known = draft.get('unit', unit);
      if (known)
        throw new Refused('already-commissioned', 'the unit is on the ledger', { unit, location: known.location });
      draft.put('unit', [unit], newUnit(unit, scene));
      return { unit, from: { at: 'outside' }, to: atPlace(scene.place) };
    });
    const entered = goods.map((some) => appear(draft, some, 'declared', { at: 'outside' }, scene));
    return together([{ movements: created, flags: goods.length > 0 ? ['declared-origin'] : [] }, ...entered]);
  },
};
