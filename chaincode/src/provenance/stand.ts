import type { Movement, Remark, UnitRecord } from '@hopline/protocol';
import { areConvertible, compareQuantities, type NormalisedEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { loadContents, putInto, standIn, whereOf } from './contents.ts';
import { type Goods, goodsOf } from './goods.ts';
import { remark, timeOrder } from './remark.ts';
import type { Scene } from './scene.ts';
import { assertEnters, enterMissing } from './shortfall.ts';
import { loadUnits, splitUnits } from './subjects.ts';
import { assertStandsHere, atPlace, isHere, newUnit, relocated, unitOf } from './units.ts';

/** A unit at the scene's place, and what had to happen first so that it is there. */
export interface Standing {
  readonly record: UnitRecord;
  readonly movements: readonly Movement[];
  readonly remarks: readonly Remark[];
}

/** Makes known what `stand` looks at, for units that were loaded, and what the event says of their contents. */
export async function loadStanding(draft: Draft, ids: readonly string[], scene: Scene): Promise<void> {
  for (const id of splitUnits(draft, ids).units) {
    const location = draft.get('unit', id)?.location;
    if (location?.at === 'transit') await draft.load('site', location.to);
    const { epcs, items } = statedIn(scene.event, id);
    await loadUnits(draft, epcs);
    await loadContents(draft, [...epcs, ...items], id, scene);
    for (const item of [...epcs, ...items]) await draft.load('item', item);
  }
}

/**
 * A unit that an event moves or opens. It has to stand at the scene's place by itself; a policy that marks what is not
 * held also takes one that nobody has told of (with the contents that the event states), one that is on its way to an own
 * place, and one that stands at another own place.
 */
export function stand(draft: Draft, unit: string, scene: Scene): Standing {
  const { policy, place, mspId } = scene;
  const record = policy.notHeld === 'flag' ? draft.get('unit', unit) : unitOf(draft, unit);
  if (!record) return enterUnit(draft, unit, 'not-held', scene);
  const { location, custodian } = record;
  const order = timeOrder(unit, record.sinceMs, record.event, scene);
  const isElsewhere = location.at === 'place' && location.place !== place && custodian === mspId;
  const comesHere = location.at === 'transit' && draft.get('site', location.to)?.mspId === mspId;
  if (isHere(record, scene) || policy.notHeld === 'refuse' || !(isElsewhere || comesHere)) {
    assertStandsHere(record, scene);
    return { record, movements: [], remarks: [...order, ...compareContents(record, scene)] };
  }
  const here = atPlace(place);
  const moved = relocated(record, here, mspId, scene);
  draft.put('unit', [unit], moved);
  return {
    record: moved,
    movements: [{ unit, from: location, to: here }],
    remarks: [...order, remark(comesHere ? 'receipt-missing' : 'not-held', unit, { ref: record.event })],
  };
}

/** A unit comes onto the ledger at the scene's place from outside, with the contents that the event states. */
export function enterUnit(draft: Draft, unit: string, flag: 'not-held' | 'received-early', scene: Scene): Standing {
  let record = newUnit(unit, scene);
  const movements: Movement[] = [{ unit, from: { at: 'outside' }, to: atPlace(scene.place) }];
  const remarks: Remark[] = [remark(flag, unit)];
  const { epcs, goods } = statedIn(scene.event, unit);
  const { units, items } = splitUnits(draft, epcs);
  for (const child of units) {
    if (child === unit) throw new Refused('unit-cycle', 'a unit cannot stand in itself', { unit, parent: unit });
    if (draft.get('unit', child)) {
      remarks.push(remark('contents-differ', child));
      continue;
    }
    draft.put('unit', [child], { ...newUnit(child, scene), location: { at: 'unit', unit }, custodian: null });
    record = standIn(record, child);
    movements.push({ unit: child, from: { at: 'outside' }, to: { at: 'unit', unit } });
  }
  for (const asked of [...goods, ...goodsOf([], items)]) {
    assertEnters(draft, asked, whereOf(record));
    const missing = { amount: asked.amount, uom: asked.uom };
    const entered = enterMissing(draft, { line: null, asked, missing, assumed: null }, scene, whereOf(record));
    record = putInto(draft, record, { ...asked, origin: 'declared' });
    movements.push(...entered.movements);
    remarks.push(...entered.remarks);
  }
  draft.put('unit', [unit], record);
  return { record, movements, remarks };
}

/** Where an event that observes an aggregation states other amounts than the books have, both numbers. */
export function compareContents(record: UnitRecord, { event }: Scene): Remark[] {
  if (event.type !== 'AggregationEvent' || event.action !== 'OBSERVE') return [];
  const { goods, epcs } = statedIn(event, record.unit);
  const amounts = goods.flatMap((stated): Remark[] => {
    const booked = record.items.find(({ item }) => item === stated.item) ?? null;
    const agrees = booked && areConvertible(booked.uom, stated.uom) && compareQuantities(booked, stated) === 0;
    return agrees ? [] : [remark('contents-differ', stated.item, { booked, stated, ref: record.event })];
  });
  const inside = new Set([...record.units, ...record.items.map(({ item }) => item)]);
  const strangers = epcs.filter((epc) => !inside.has(epc));
  return [...amounts, ...strangers.map((epc) => remark('contents-differ', epc, { ref: record.event }))];
}

/** What an event that observes or opens an aggregation says of a unit's contents. Amounts that it leaves open say nothing. */
function statedIn(
  event: NormalisedEvent,
  unit: string,
): { readonly goods: readonly Goods[]; readonly items: readonly string[]; readonly epcs: readonly string[] } {
  if (event.type !== 'AggregationEvent' || event.action === 'ADD' || event.parent !== unit) {
    return { goods: [], items: [], epcs: [] };
  }
  const stated = event.childQuantities.filter(({ amount }) => amount !== null && amount !== '0');
  return { goods: goodsOf(stated), items: stated.map(({ epcClass }) => epcClass), epcs: event.childEpcs };
}
