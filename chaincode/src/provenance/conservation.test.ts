import { type MovementEnd, type Policy, type StateRecord, strictPolicy, tolerantPolicy } from '@hopline/protocol';
import {
  addQuantities,
  inBaseUnit,
  type NormalisedEvent,
  type Quantity,
  subtractQuantities,
} from '@hopline/protocol/epcis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refused } from '../refused.ts';
import { enter, type Some } from '../testing/events.ts';
import type { MemoryLedger } from '../testing/memory-ledger.ts';
import { eventOf, kindOf, lots, places, randomStep } from '../testing/random-steps.ts';
import { owners, type Place, Trade } from '../testing/trade.ts';

const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 31);
const runs = 60;
const minEvents = 30;
const maxEvents = 80;

const [a, b] = ['AMSP', 'BMSP'] as const;
const policies: ReadonlyArray<readonly [string, readonly Policy[]]> = [
  ['both are strict', [strictPolicy(a)]],
  ['one is tolerant', [tolerantPolicy(a), strictPolicy(b)]],
  ['both are tolerant', [tolerantPolicy(a), tolerantPolicy(b)]],
];

const everyKind = [
  'AggregationEvent ADD of goods',
  'AggregationEvent ADD of units',
  'AggregationEvent DELETE of goods',
  'AggregationEvent DELETE of units',
  'ObjectEvent arriving of goods',
  'ObjectEvent destroying of goods',
  'ObjectEvent destroying of units',
  'ObjectEvent receiving of goods',
  'ObjectEvent receiving of units',
  'ObjectEvent shipping of goods',
  'ObjectEvent shipping of units',
  'TransformationEvent',
];
/** What only a tolerant organisation lets happen. */
const tolerated = [
  'explains-shortfall',
  'mass-balance',
  'not-held',
  'packed-late',
  'receipt-missing',
  'received-early',
  'shipped-late',
  'units-differ',
];

describe.each(policies)('where %s', (_who, given) => {
  it(`goods come and go only by what events say, and only by whose they are (HOPLINE_SEED=${seed})`, async () => {
    const kinds = new Map<string, number>();
    const flags = new Map<string, number>();
    const steps = fc.array(randomStep, { minLength: minEvents, maxLength: maxEvents, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const trade = new Trade(given);
        for (const at of places) await trade.apply(enter(at, { lots: lots.map((one): Some => [one, '40']) }));
        for (const step of all) {
          const event = await eventOf(step, trade.ledger);
          if (!event) continue;
          const before = await belongings(trade.ledger);
          const found = await tryApply(trade, event);
          if (!found) continue;
          count(kinds, [kindOf(event) ?? []].flat());
          count(flags, found);
          assertOthersUntouched(before, await belongings(trade.ledger), event, found, given);
        }
        expect(await amountsByState(trade.ledger)).toEqual(await amountsByMovements(trade.ledger));
        await assertUnitsConsistent(trade.ledger);
      }),
      { seed, numRuns: runs },
    );
    // A property over events that are all refused would say nothing.
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(everyKind));
    expect(Math.min(...everyKind.map((kind) => kinds.get(kind) ?? 0))).toBeGreaterThan(0);
    const isTolerant = given.some(({ notHeld }) => notHeld === 'flag');
    const seen = tolerated.filter((flag) => (flags.get(flag) ?? 0) > 0);
    expect(seen).toEqual(isTolerant ? expect.arrayContaining(tolerated.filter((flag) => flag !== 'packed-late')) : []);
  }, 60_000);
});

function count(counts: Map<string, number>, names: readonly string[]): void {
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** The flags of an event that was applied; `null` for one that was refused. */
async function tryApply(trade: Trade, event: NormalisedEvent): Promise<readonly string[] | null> {
  try {
    return (await trade.apply(event)).flags;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

type Belongings = Map<string, { owner: string; text: string }>;

/** What everybody has: holdings, and units that stand at a place, by key. */
async function belongings(ledger: MemoryLedger): Promise<Belongings> {
  const all: Belongings = new Map();
  for (const record of await ledger.all('holding')) {
    all.set(`${record.item} ${record.place}`, { owner: record.custodian, text: JSON.stringify(record) });
  }
  for (const record of await ledger.all('unit')) {
    const at = record.location;
    if (at.at === 'place') all.set(record.unit, { owner: record.custodian ?? '', text: JSON.stringify(record) });
  }
  return all;
}

/** Only where the other organisation consents can its unit be received unshipped, or packed once it is received. */
function assertOthersUntouched(
  before: Belongings,
  after: Belongings,
  event: NormalisedEvent,
  flags: readonly string[],
  given: readonly Policy[],
): void {
  const actor = owners[event.readPoint?.slice(-13) as Place];
  const other = given.find(({ mspId }) => mspId !== actor);
  const consents = other?.notShipped === 'flag' && (flags.includes('received-early') || flags.includes('packed-late'));
  const named = event.type === 'AggregationEvent' ? [event.parent] : event.type === 'ObjectEvent' ? event.epcs : [];
  const ofOthers = (all: Belongings) =>
    [...all].filter(([key, { owner }]) => owner !== actor && !(consents && named.includes(key))).sort();
  expect(ofOthers(after)).toEqual(ofOthers(before));
}

/** Amounts in base units, by item, dimension and where it is. */
type Amounts = Record<string, Quantity>;

function addTo(amounts: Amounts, item: string, end: string, quantity: Quantity, sign: 1 | -1): void {
  const { dimension, amount } = inBaseUnit(quantity);
  // What holds nothing any more has no record, and nothing moves by nothing.
  expect(amount).not.toBe('0');
  const key = `${item} ${dimension} ${end}`;
  const before = amounts[key] ?? { amount: '0', uom: dimension };
  const change = { amount, uom: dimension };
  amounts[key] = sign === 1 ? addQuantities(before, change) : subtractQuantities(before, change);
}

function nonZero(amounts: Amounts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(amounts).flatMap(([key, { amount }]) => (amount === '0' ? [] : [[key, amount]])),
  );
}

/** Amounts as the records hold them. A receipt that waits for its shipment is a debt. */
async function amountsByState(ledger: MemoryLedger): Promise<Record<string, string>> {
  const amounts: Amounts = {};
  for (const record of await ledger.all('holding')) addTo(amounts, record.item, `place ${record.place}`, record, 1);
  for (const record of await ledger.all('transit')) {
    addTo(amounts, record.item, `transit ${record.shipment}`, record, 1);
  }
  for (const record of await ledger.all('early')) {
    if (!record.unit) addTo(amounts, record.item, `early ${record.event}`, record, -1);
  }
  for (const record of await ledger.all('shortfall')) expect(record.open === '0' && record.assumed === '0').toBe(false);
  for (const record of await ledger.all('unit')) {
    for (const line of record.items) addTo(amounts, line.item, `unit ${record.unit}`, line, 1);
  }
  return nonZero(amounts);
}

/** The same amounts, summed up from what each event says it moved. */
async function amountsByMovements(ledger: MemoryLedger): Promise<Record<string, string>> {
  const amounts: Amounts = {};
  for (const { movements } of await ledger.all('event')) {
    for (const movement of movements) {
      if (!('item' in movement)) continue;
      addTo(amounts, movement.item, endKey(movement.from), movement, -1);
      addTo(amounts, movement.item, endKey(movement.to), movement, 1);
    }
  }
  const inside = Object.entries(amounts).filter(([key]) => / (place|transit|unit|early) /.test(key));
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
    case 'early':
      return `early ${end.receipt}`;
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
    expect(new Set(children).size).toBe(children.length);
  }
  const lines = all.flatMap(({ unit: parent, items }) => items.map((line) => ({ ...line, schema: 1, unit: parent })));
  const byKey = (x: { item: string; unit: string }, y: { item: string; unit: string }) =>
    `${x.item} ${x.unit}` < `${y.item} ${y.unit}` ? -1 : 1;
  expect((await ledger.all('containment')).sort(byKey)).toEqual(lines.sort(byKey));
}
