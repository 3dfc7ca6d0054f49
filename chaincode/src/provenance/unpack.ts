import type { UnitRecord } from '@hopline/protocol';
import type { NormalisedAggregationEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { loadContents, takeOut } from './contents.ts';
import { type Goods, goodsOf } from './goods.ts';
import { arrive, loadHoldings } from './holdings.ts';
import { parentOf } from './pack.ts';
import { remark } from './remark.ts';
import { type Effect, type Scene, type Step, together } from './scene.ts';
import { loadStanding, stand } from './stand.ts';
import { loadUnits, splitUnits } from './subjects.ts';
import { assertStandsHere, atPlace, loadUpwards, newUnit, outermost, relocated, unitOf } from './units.ts';

/**
 * Unpacking (AggregationEvent DELETE): goods and units leave a unit and lie at the read point by themselves. Where the
 * event names no children, all leave (EPCIS 2.0, section 7.4.3).
 */
export const unpack: Step<NormalisedAggregationEvent> = {
  async load(draft, scene) {
    const { event, place } = scene;
    const parent = parentOf(event);
    await loadUpwards(draft, parent);
    const { units = [], items = [] } = draft.get('unit', parent) ?? {};
    await loadUnits(draft, [...event.childEpcs, ...units]);
    await loadStanding(draft, [parent], scene);
    const leaving = [
      ...event.childEpcs,
      ...event.childQuantities.map(({ epcClass }) => epcClass),
      ...items.map(({ item }) => item),
    ];
    await loadHoldings(draft, leaving, place);
    await loadContents(draft, leaving, parent, scene);
  },

  apply(draft, scene) {
    const { event, hash } = scene;
    const opened = open(draft, parentOf(event), scene);
    let { record } = opened;
    const { units, goods } = leaving(draft, record, event);
    const effects: Partial<Effect>[] = [opened];
    for (const unit of units) {
      const isInside = record.units.includes(unit);
      if (isInside) record = { ...record, units: record.units.filter((child) => child !== unit) };
      effects.push(isInside ? putDown(draft, unit, record, scene) : putDownStranger(draft, unit, record, scene));
    }
    for (const some of goods) {
      const taken = takeOut(draft, record, some, scene);
      record = taken.record;
      const from = { at: 'unit', unit: record.unit } as const;
      effects.push(taken, arrive(draft, some, taken.line.origin, from, scene));
    }
    const sinceMs = Math.max(record.sinceMs, event.eventTimeMs);
    draft.put('unit', [record.unit], { ...record, event: hash, sinceMs });
    return together(effects);
  },
};

/** The unit that is opened: one that stands in another is opened where the outermost one stands. */
function open(
  draft: Draft,
  unit: string,
  scene: Scene<NormalisedAggregationEvent>,
): Partial<Effect> & { readonly record: UnitRecord } {
  const known = draft.get('unit', unit);
  if (known?.location.at !== 'unit') {
    // Of a unit that nobody has told of, only what the event states can come out.
    if (isSilent(scene.event)) unitOf(draft, unit);
    return stand(draft, unit, scene);
  }
  assertStandsHere(outermost(draft, known), scene);
  return { record: known };
}

function isSilent({ childEpcs, childQuantities }: NormalisedAggregationEvent): boolean {
  return childEpcs.length + childQuantities.length === 0;
}

function leaving(
  draft: Draft,
  record: UnitRecord,
  event: NormalisedAggregationEvent,
): { units: readonly string[]; goods: readonly Goods[] } {
  if (isSilent(event)) {
    return { units: record.units, goods: record.items.map(({ item, amount, uom }) => ({ item, amount, uom })) };
  }
  const { units, items } = splitUnits(draft, event.childEpcs);
  return { units, goods: goodsOf(event.childQuantities, items) };
}

function putDown(draft: Draft, unit: string, parent: UnitRecord, scene: Scene): Effect {
  const here = atPlace(scene.place);
  draft.put('unit', [unit], relocated(unitOf(draft, unit), here, scene.mspId, scene));
  return { movements: [{ unit, from: { at: 'unit', unit: parent.unit }, to: here }], flags: [] };
}

/** A unit that nobody said was in there: it is there now, where the policy lets it pass and nobody knows it otherwise. */
function putDownStranger(draft: Draft, unit: string, parent: UnitRecord, scene: Scene): Effect {
  if (scene.policy.notHeld === 'refuse' || draft.get('unit', unit)) {
    throw new Refused('not-held', 'the unit does not stand in that one', { unit, parent: parent.unit });
  }
  draft.put('unit', [unit], newUnit(unit, scene));
  return {
    movements: [{ unit, from: { at: 'outside' }, to: atPlace(scene.place) }],
    flags: [],
    remarks: [remark('not-held', unit)],
  };
}
