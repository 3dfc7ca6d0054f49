import type { MovementEnd, StateRecord } from '@hopline/protocol';
import { addQuantities, type NormalisedEvent, type Quantity, subtractQuantities } from '@hopline/protocol/epcis';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Refused } from '../refused.ts';
import { aggregate, destroy, enter, receive, type Some, ship, transform } from '../testing/events.ts';
import type { MemoryLedger } from '../testing/memory-ledger.ts';
import { a1, b1, b2, owners, type Place, Trade } from '../testing/trade.ts';

const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 31);
const runs = 100;
const minEvents = 30;
const maxEvents = 80;

const lots = ['https://id.gs1.org/01/09506000134352/10/A', 'https://id.gs1.org/01/09506000134352/10/B'];
const units = ['17', '24', '31'].map((end) => `https://id.gs1.org/00/0950600000000000${end}`);

/** Few places and units, so that histories meet. */
const places = [a1, b1, b2];
const place = fc.constantFrom(...places);
const lot = fc.constantFrom(...lots);
const unit = fc.constantFrom(...units);
const some = fc
  .tuple(lot, fc.integer({ min: 1, max: 6 }).map(String), fc.constantFrom('KGM', 'LBR'))
  .map((parts): Some => parts);
const things = fc.oneof(
  some.map((one) => ({ lots: [one] })),
  unit.map((one) => ({ epcs: [one] })),
);

/** Any step by anybody; most are refused, and the others make a history. */
const anyEvent: fc.Arbitrary<NormalisedEvent> = fc.oneof(
  fc.tuple(place, some).map(([at, one]) => enter(at, { lots: [one] })),
  fc.tuple(place, place, things).map(([at, to, what]) => ship(at, to, what)),
  fc.tuple(place, things).map(([at, what]) => receive(at, what)),
  fc.tuple(place, unit, things).map(([at, into, what]) => aggregate(at, 'ADD', into, what)),
  fc.tuple(place, unit, things).map(([at, from, what]) => aggregate(at, 'DELETE', from, what)),
  fc.tuple(place, some, some).map(([at, used, made]) => transform(at, [used], [made])),
  fc.tuple(place, things).map(([at, what]) => destroy(at, what)),
);

/** A step that fits the state: which one and of what is drawn, and where it can happen is looked up. */
const fittingStep = fc.record({
  what: fc.constantFrom(
    'ship',
    'receive',
    'receive',
    'pack',
    'pack',
    'unpack',
    'unpack all',
    'ship goods',
    'receive goods',
    'destroy',
  ),
  pick: fc.nat(),
  to: place,
});
type FittingStep = typeof fittingStep extends fc.Arbitrary<infer T> ? T : never;

async function fit({ what, pick, to }: FittingStep, ledger: MemoryLedger): Promise<NormalisedEvent | null> {
  const one = <T>(some: readonly T[]): T | undefined => some[pick % some.length];
  const all = await ledger.all('unit');
  const standing = all.filter(({ location }) => location.at === 'place');
  const where = ({ location }: StateRecord<'unit'>) => (location.at === 'place' ? location.place : '');
  switch (what) {
    case 'ship': {
      const record = one(standing);
      return record ? ship(where(record), to, { epcs: [record.unit] }) : null;
    }
    case 'receive': {
      const record = one(all.filter(({ location }) => location.at === 'transit'));
      return record?.location.at === 'transit' ? receive(record.location.to, { epcs: [record.unit] }) : null;
    }
    case 'pack': {
      const record = one(standing);
      return record ? aggregate(where(record), 'ADD', units[pick % units.length] ?? '', { epcs: [record.unit] }) : null;
    }
    case 'unpack': {
      const record = one(standing.filter((parent) => parent.units.length > 0));
      return record ? aggregate(where(record), 'DELETE', record.unit, { epcs: record.units }) : null;
    }
    case 'unpack all': {
      const record = one(standing.filter((parent) => parent.items.length > 0));
      return record ? aggregate(where(record), 'DELETE', record.unit, {}) : null;
    }
    case 'ship goods': {
      const line = one(await ledger.all('holding'));
      return line ? ship(line.place, to, { lots: [[line.item, line.amount, line.uom]] }) : null;
    }
    case 'receive goods': {
      const line = one(await ledger.all('transit'));
      return line ? receive(line.to, { lots: [[line.item, line.amount, line.uom]] }) : null;
    }
    case 'destroy': {
      const record = one(standing);
      return record && pick % 4 === 0 ? destroy(where(record), { epcs: [record.unit] }) : null;
    }
    default:
      return null;
  }
}

it(`goods come and go only by what events say, and only by whose they are (HOPLINE_SEED=${seed})`, async () => {
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(anyEvent, fittingStep), { minLength: minEvents, maxLength: maxEvents, size: 'max' }),
      async (steps) => {
        const trade = new Trade();
        for (const at of places) await trade.apply(enter(at, { lots: lots.map((one): Some => [one, '40']) }));
        for (const step of steps) {
          const event = 'what' in step ? await fit(step, trade.ledger) : step;
          if (!event) continue;
          const before = await belongings(trade.ledger);
          if (!(await tryApply(trade, event))) continue;
          count(kinds, event);
          const actor = owners[event.readPoint?.slice(-13) as Place];
          assertOthersUntouched(before, await belongings(trade.ledger), actor);
        }
        expect(await amountsByState(trade.ledger)).toEqual(await amountsByMovements(trade.ledger));
        await assertUnitsConsistent(trade.ledger);
      },
    ),
    { seed, numRuns: runs },
  );
  // A property over events that are all refused would say nothing.
  expect([...kinds.keys()].sort()).toEqual(everyKind);
  expect(Math.min(...kinds.values())).toBeGreaterThanOrEqual(runs / 10);
});

const everyKind = [
  'AggregationEvent ADD of goods',
  'AggregationEvent ADD of units',
  'AggregationEvent DELETE of goods',
  'AggregationEvent DELETE of units',
  'ObjectEvent destroying of goods',
  'ObjectEvent destroying of units',
  'ObjectEvent receiving of goods',
  'ObjectEvent receiving of units',
  'ObjectEvent shipping of goods',
  'ObjectEvent shipping of units',
  'TransformationEvent',
];

function count(kinds: Map<string, number>, event: NormalisedEvent): void {
  const kind = kindOf(event);
  if (kind !== null) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
}

function kindOf(event: NormalisedEvent): string | null {
  switch (event.type) {
    case 'ObjectEvent':
      if (event.action === 'ADD') return null;
      return `ObjectEvent ${event.bizStep} of ${event.epcs.length > 0 ? 'units' : 'goods'}`;
    case 'AggregationEvent':
      return `AggregationEvent ${event.action} of ${event.childEpcs.length > 0 ? 'units' : 'goods'}`;
    default:
      return event.type;
  }
}

async function tryApply(trade: Trade, event: NormalisedEvent): Promise<boolean> {
  try {
    await trade.apply(event);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** What everybody has: holdings, and units that stand at a place, by key. */
async function belongings(ledger: MemoryLedger): Promise<Map<string, { owner: string; text: string }>> {
  const all = new Map<string, { owner: string; text: string }>();
  for (const record of await ledger.all('holding')) {
    all.set(`${record.item} ${record.place}`, { owner: record.custodian, text: JSON.stringify(record) });
  }
  for (const record of await ledger.all('unit')) {
    const at = record.location;
    if (at.at === 'place') all.set(record.unit, { owner: record.custodian ?? '', text: JSON.stringify(record) });
  }
  return all;
}

function assertOthersUntouched(
  before: Map<string, { owner: string; text: string }>,
  after: Map<string, { owner: string; text: string }>,
  actor: string,
): void {
  const ofOthers = (all: typeof before) => [...all].filter(([, { owner }]) => owner !== actor).sort();
  expect(ofOthers(after)).toEqual(ofOthers(before));
}

/** Amounts in base units, by item and where it is. */
type Amounts = Record<string, Quantity>;

function addTo(amounts: Amounts, item: string, end: string, quantity: Quantity): void {
  const key = `${item} ${end}`;
  const zero = { amount: '0', uom: 'KGM' };
  amounts[key] = addQuantities(addQuantities(amounts[key] ?? zero, quantity), { amount: '0', uom: 'KGM' });
}

function nonZero(amounts: Amounts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(amounts).flatMap(([key, { amount }]) => (amount === '0' ? [] : [[key, amount]])),
  );
}

/** Amounts as the records hold them; a LBR is brought to KGM exactly. */
async function amountsByState(ledger: MemoryLedger): Promise<Record<string, string>> {
  const amounts: Amounts = {};
  const inKg = ({ amount, uom }: Quantity) => subtractQuantities({ amount, uom }, { amount: '0', uom: 'GRM' });
  for (const record of await ledger.all('holding')) addTo(amounts, record.item, `place ${record.place}`, inKg(record));
  for (const record of await ledger.all('transit'))
    addTo(amounts, record.item, `transit ${record.shipment}`, inKg(record));
  for (const record of await ledger.all('unit')) {
    for (const line of record.items) addTo(amounts, line.item, `unit ${record.unit}`, inKg(line));
  }
  return nonZero(amounts);
}

/** The same amounts, summed up from what each event says it moved. */
async function amountsByMovements(ledger: MemoryLedger): Promise<Record<string, string>> {
  const amounts: Amounts = {};
  for (const { movements } of await ledger.all('event')) {
    for (const movement of movements) {
      if (!('item' in movement)) continue;
      const quantity = subtractQuantities(movement, { amount: '0', uom: 'GRM' });
      const negative = subtractQuantities({ amount: '0', uom: 'KGM' }, quantity);
      addTo(amounts, movement.item, endKey(movement.from), negative);
      addTo(amounts, movement.item, endKey(movement.to), quantity);
    }
  }
  const inside = Object.entries(amounts).filter(([key]) => / (place|transit|unit) /.test(key));
  return nonZero(Object.fromEntries(inside));
}

function endKey(end: MovementEnd): string {
  switch (end.at) {
    case 'place':
      return `place ${end.place}`;
    case 'transit':
      return `transit ${end.shipment}`;
    case 'unit':
      return `unit ${end.unit}`;
    default:
      return end.at;
  }
}

/** A unit's contents, the index of them and where units say that they stand are three views of one thing. */
async function assertUnitsConsistent(ledger: MemoryLedger): Promise<void> {
  const all = await ledger.all('unit');
  const byUnit = new Map(all.map((record): [string, StateRecord<'unit'>] => [record.unit, record]));
  for (const { unit: child, location, custodian } of all) {
    expect(custodian === null).toBe(location.at === 'unit');
    if (location.at === 'unit') expect(byUnit.get(location.unit)?.units).toContain(child);
  }
  for (const { unit: parent, units: children } of all) {
    for (const child of children) expect(byUnit.get(child)?.location).toEqual({ at: 'unit', unit: parent });
  }
  const lines = all.flatMap(({ unit: parent, items }) => items.map((line) => ({ ...line, schema: 1, unit: parent })));
  const byKey = (a: { item: string; unit: string }, b: { item: string; unit: string }) =>
    `${a.item} ${a.unit}` < `${b.item} ${b.unit}` ? -1 : 1;
  expect((await ledger.all('containment')).sort(byKey)).toEqual(lines.sort(byKey));
}
