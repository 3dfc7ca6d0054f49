import { noAttribute, type UnitRecord } from '@hopline/protocol';
import type { NormalisedAggregationEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { loadContents, packInto, standIn } from './contents.ts';
import { unitReceivedBefore } from './early.ts';
import { goodsOf } from './goods.ts';
import { loadForTaking, takeHolding } from './holdings.ts';
import { isSerial } from './identifiers.ts';
import { remark } from './remark.ts';
import { type Effect, type Scene, type Step, together } from './scene.ts';
import { loadStanding, stand } from './stand.ts';
import { loadUnits, splitUnits } from './subjects.ts';
import {
  assertStandsHere,
  atPlace,
  enclosing,
  heightOf,
  isHere,
  loadDownwards,
  loadUpwards,
  maxUnitDepth,
  newUnit,
  outermost,
  relocated,
} from './units.ts';

/**
 * Packing (AggregationEvent ADD): loose goods and units at the read point go into a unit there, and from then on share its
 * way. A unit that was never heard of comes into being by it. Goods can still be packed into one that was received before
 * anybody told of its shipment, where the packing is dated before that receipt.
 */
export const pack: Step<NormalisedAggregationEvent> = {
  async load(draft, scene) {
    const { event } = scene;
    const children = [...event.childEpcs, ...event.childQuantities.map(({ epcClass }) => epcClass)];
    if (event.parent !== null) {
      await loadUpwards(draft, event.parent);
      await draft.loadRange('early', noAttribute, event.parent);
      await loadContents(draft, children, event.parent, scene);
    }
    await loadUnits(draft, event.childEpcs);
    await loadStanding(draft, [...(event.parent === null ? [] : [event.parent]), ...event.childEpcs], scene);
    for (const unit of splitUnits(draft, event.childEpcs).units) await loadDownwards(draft, unit);
    await loadForTaking(draft, children, scene);
  },

  apply(draft, scene) {
    const { event, place, hash } = scene;
    const parent = parentOf(event);
    const known = draft.get('unit', parent);
    const opened = known ? openParent(draft, known, scene) : createParent(parent, scene);
    let { record } = opened;
    const effects: Partial<Effect>[] = [opened];
    const around = new Set(enclosing(draft, record).map(({ unit }) => unit));
    const { units, items } = splitUnits(draft, event.childEpcs);
    for (const unit of units) {
      if (around.has(unit)) throw new Refused('unit-cycle', 'a unit cannot stand in itself', { unit, parent });
      assertShallow(draft, around.size, unit);
      effects.push(standUnit(draft, unit, parent, scene));
      record = standIn(record, unit);
    }
    for (const goods of goodsOf(event.childQuantities, items)) {
      const taken = takeHolding(draft, goods, scene);
      const packed = packInto(draft, record, taken.line, scene);
      record = packed.record;
      const into = { ...taken.line, from: atPlace(place), to: { at: 'unit', unit: parent } } as const;
      effects.push(taken, { movements: [into] }, packed);
    }
    const sinceMs = Math.max(record.sinceMs, event.eventTimeMs);
    draft.put('unit', [parent], { ...record, event: hash, sinceMs });
    return together(effects);
  },
};

/** A unit that stands too deep could never be opened again, because nobody could find out where it is. */
function assertShallow(draft: Draft, around: number, unit: string): void {
  const depth = around + heightOf(draft, unit);
  if (depth <= maxUnitDepth) return;
  throw new Refused('too-large', `units stand in each other at most ${maxUnitDepth} deep`, { unit, depth });
}

type Opened = Partial<Effect> & { readonly record: UnitRecord };

function createParent(parent: string, scene: Scene): Opened {
  const here = atPlace(scene.place);
  return { record: newUnit(parent, scene), movements: [{ unit: parent, from: { at: 'outside' }, to: here }] };
}

function openParent(draft: Draft, known: UnitRecord, scene: Scene): Opened {
  if (known.location.at !== 'place') {
    // The parent stands in something, and that has to be here.
    assertStandsHere(outermost(draft, known), scene);
    return { record: known };
  }
  const received = unitReceivedBefore(draft, known, scene);
  // Who let receipts come first consents to what is told of them later, as long as the unit is its own to consent for.
  const consents = received?.mspId === known.custodian && scene.event.eventTimeMs <= (received?.atMs ?? 0);
  if (!received || !consents || isHere(known, scene)) return stand(draft, known.unit, scene);
  const parts = { bookedMs: received.atMs, statedMs: scene.event.eventTimeMs, ref: received.event };
  return { record: known, remarks: [remark('packed-late', known.unit, parts)] };
}

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

function standUnit(draft: Draft, unit: string, parent: string, scene: Scene): Effect {
  const standing = stand(draft, unit, scene);
  const inside = { at: 'unit', unit: parent } as const;
  draft.put('unit', [unit], relocated(standing.record, inside, null, scene));
  return together([standing, { movements: [{ unit, from: atPlace(scene.place), to: inside }] }]);
}
