import { type Line, type Movement, maxContentsPerUnit, type Remark, type UnitRecord } from '@hopline/protocol';
import { areConvertible } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { addToLine, type Goods, takeFromLine } from './goods.ts';
import type { Scene } from './scene.ts';
import { enterMissing, explain, loadShortfalls, missingOf, type Where } from './shortfall.ts';

/** Makes known what is open in a unit, of items that come into it or out of it. */
export async function loadContents(draft: Draft, items: readonly string[], unit: string, scene: Scene): Promise<void> {
  await loadShortfalls(draft, items, unit);
  if (scene.policy.notHeld === 'refuse' && scene.policy.unitOfMeasure === 'refuse') return;
  for (const item of items) await draft.load('item', item);
}

/** A unit with goods put into it. Keeps the index of which units hold an item. */
export function putInto(draft: Draft, record: UnitRecord, line: Line): UnitRecord {
  const present = record.items.find(({ item }) => item === line.item) ?? null;
  const sum = addToLine(present, line, line.origin);
  draft.put('containment', [line.item, record.unit], { schema: 1, ...sum, unit: record.unit });
  return bounded({ ...record, items: [...record.items.filter(({ item }) => item !== line.item), sum] });
}

/** A unit with goods put into it that explain what was taken out of it before anybody told of them. */
export function packInto(
  draft: Draft,
  record: UnitRecord,
  line: Line,
  scene: Scene,
): { record: UnitRecord; movements: Movement[]; remarks: Remark[] } {
  let packed = putInto(draft, record, line);
  const explained = explain(draft, line, scene, whereOf(record));
  for (const part of explained) packed = takePresent(draft, packed, part.goods).record;
  return {
    record: packed,
    movements: explained.map(({ movement }) => movement),
    remarks: explained.map((part) => part.remark),
  };
}

/**
 * A unit with goods taken out of it, and the line taken. Where it holds less, that is refused as `not-held`, or what is
 * missing enters it by a declared origin.
 */
export function takeOut(
  draft: Draft,
  record: UnitRecord,
  goods: Goods,
  scene: Scene,
): { record: UnitRecord; line: Line; movements: Movement[]; remarks: Remark[] } {
  const present = record.items.find(({ item }) => item === goods.item) ?? null;
  const missing = missingOf(draft, present, goods, scene, whereOf(record));
  if (missing === null) return { ...takePresent(draft, record, goods), movements: [], remarks: [] };
  const entered = enterMissing(draft, { line: present, asked: goods, missing, assumed: null }, scene, whereOf(record));
  // What is there in units that convert went with the rest; what is there in others was not meant.
  const isTaken = present && areConvertible(present.uom, goods.uom);
  const emptied = isTaken ? takePresent(draft, record, present).record : record;
  return { record: emptied, line: { ...goods, origin: 'declared' }, ...entered };
}

/** A unit with goods taken out that are in it. */
function takePresent(draft: Draft, record: UnitRecord, goods: Goods): { record: UnitRecord; line: Line } {
  const { unit, items } = record;
  const { item, amount, uom } = goods;
  const present = items.find((line) => line.item === item) ?? null;
  const rest = takeFromLine(present, goods, { unit });
  if (rest) draft.put('containment', [item, unit], { schema: 1, ...rest, unit });
  else draft.remove('containment', [item, unit]);
  const left = items.flatMap((line) => (line.item === item ? (rest ?? []) : line));
  return { record: { ...record, items: left }, line: { item, amount, uom, origin: present?.origin ?? 'declared' } };
}

/** A unit with another one standing in it. */
export function standIn(record: UnitRecord, child: string): UnitRecord {
  return bounded({ ...record, units: [...record.units, child] });
}

export function whereOf({ unit }: UnitRecord): Where {
  return { id: unit, end: { at: 'unit', unit } };
}

function bounded(record: UnitRecord): UnitRecord {
  const contents = record.items.length + record.units.length;
  if (contents <= maxContentsPerUnit) return record;
  throw new Refused('too-large', `a unit holds at most ${maxContentsPerUnit} lots, items and units`, {
    unit: record.unit,
    contents,
  });
}
