import { type Line, maxContentsPerUnit, type UnitRecord } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { addToLine, type Goods, takeFromLine } from './goods.ts';

/** A unit with goods put into it. Keeps the index of which units hold an item. */
export function putInto(draft: Draft, record: UnitRecord, line: Line): UnitRecord {
  const present = record.items.find(({ item }) => item === line.item) ?? null;
  const sum = addToLine(present, line, line.origin);
  draft.put('containment', [line.item, record.unit], { schema: 1, ...sum, unit: record.unit });
  return bounded({ ...record, items: [...record.items.filter(({ item }) => item !== line.item), sum] });
}

/** A unit with goods taken out of it, and the line taken. Refuses `not-held` where it holds less. */
export function takeOut(draft: Draft, record: UnitRecord, goods: Goods): { record: UnitRecord; line: Line } {
  const { unit, items } = record;
  const present = items.find(({ item }) => item === goods.item) ?? null;
  const rest = takeFromLine(present, goods, { unit });
  if (rest) draft.put('containment', [goods.item, unit], { schema: 1, ...rest, unit });
  else draft.remove('containment', [goods.item, unit]);
  const left = items.flatMap((line) => (line.item === goods.item ? (rest ?? []) : line));
  return { record: { ...record, items: left }, line: { ...goods, origin: present?.origin ?? 'declared' } };
}

/** A unit with another one standing in it. */
export function standIn(record: UnitRecord, child: string): UnitRecord {
  return bounded({ ...record, units: [...record.units, child] });
}

function bounded(record: UnitRecord): UnitRecord {
  const contents = record.items.length + record.units.length;
  if (contents <= maxContentsPerUnit) return record;
  throw new Refused('too-large', `a unit holds at most ${maxContentsPerUnit} lots, items and units`, {
    unit: record.unit,
    contents,
  });
}
