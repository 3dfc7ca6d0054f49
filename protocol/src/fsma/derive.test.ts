import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventHash, normalise, parseDocument } from '../epcis/index.ts';
import {
  type CteRecord,
  deriveCtes,
  type Facts,
  type FsmaEvent,
  groupSupplies,
  kdeRules,
  type Supply,
  sheetColumns,
} from './index.ts';

/** The sample documents are partial on purpose: see data/README.md. */
const samples = join(import.meta.dirname, '..', '..', '..', 'data', 'fsma204');
const nothing: Facts = { place: () => null, product: () => null, party: () => null };
const everything: Facts = {
  place: (gln) => ({
    gln,
    name: `Place ${gln.slice(-4)}`,
    businessName: 'Green Valley',
    postalAddress: { street: '1 Field Road', city: 'Salinas', region: 'CA', postalCode: '93901', country: 'US' },
    contact: { phone: '+1 831 555 0100' },
    growingArea: 'Block 7',
  }),
  product: (gtin) => ({
    gtin,
    name: 'Romaine',
    commodity: 'Lettuce',
    variety: 'Romaine',
    packagingSize: '24',
    packagingStyle: 'carton',
  }),
  party: () => null,
};

test('the harvest document is one harvest, with its recipient out of the journey that follows', async () => {
  const { records } = deriveCtes(await documents('harvest'), everything);
  expect(records.map(({ cte }) => cte)).toEqual(['harvesting']);
  expect(records[0]).toMatchObject({
    gtin: '00860009999923',
    lot: 'ABC1234',
    place: '0860009999060',
    values: {
      recipient: { gln: '0860009999992' },
      date: { day: '2026-04-17' },
      quantity: { amount: '25000', uom: 'LBR' },
      documents: { documents: [{ type: 'Production order', number: 'HARVEST-2026-0417' }] },
      'growing-area': { text: 'Block 7' },
    },
    missing: [],
  });
});

test('what master data do not tell is missing by its clause, whole or in parts', async () => {
  const [harvest] = deriveCtes(await documents('harvest'), nothing).records;
  expect(clauses(harvest)).toEqual({
    '21 CFR 1.1325(a)(1)(i)': ['businessName', 'phone', 'street', 'city', 'region', 'postalCode', 'country'],
    '21 CFR 1.1325(a)(1)(ii)': [],
    '21 CFR 1.1325(a)(1)(iv)': ['businessName', 'phone', 'street', 'city', 'region', 'postalCode', 'country'],
    '21 CFR 1.1325(a)(1)(v)': [],
    '21 CFR 1.1325(a)(2)': [],
  });
});

test('a cooling takes its date from the step itself, documents from the receipt and the recipient from the journey', async () => {
  const { records, passedOver } = deriveCtes(await documents('harvest', 'cooling'), everything);
  const cooling = records.find(({ cte }) => cte === 'cooling');
  expect(cooling).toMatchObject({
    values: {
      date: { day: '2026-04-16' },
      place: { gln: '0860009999077' },
      farm: { gln: '0860009999060' },
      recipient: { gln: '0860009999992' },
      documents: { documents: [{ type: 'Receiving advice', number: '861-100037169' }] },
    },
    missing: [],
    // The samples stand each for itself: this one was cooled the day before it was harvested.
    remarks: ['cooled-before-harvest'],
  });
  expect(passedOver.map(({ event }) => event.event.bizStep)).toEqual(['receiving']);
});

test('an initial packing carries harvest, cooling and receipt of what went in', async () => {
  const { records } = deriveCtes(await documents('initial-packing'), everything);
  const packing = records.find(({ cte }) => cte === 'initial-packing');
  expect(packing).toMatchObject({
    gtin: '10860009999920',
    input: 'https://id.gs1.org/01/00860009999923/10/ABC1234',
    values: {
      'lot-code': { code: '(01)10860009999920(10)ABC1234' },
      'received-date': { day: '2026-04-17' },
      'received-quantity': { amount: '25000', uom: 'LBR' },
      'harvest-date': { day: '2026-04-17' },
      'cooling-place': { gln: '0860009999992' },
      place: { gln: '0860009999992' },
      quantity: { amount: '500', uom: 'CS' },
    },
    missing: [],
  });
  expect(records.map(({ cte }) => cte)).toEqual(['harvesting', 'cooling', 'initial-packing']);
});

test('a catch that is landed names species, dates and areas', async () => {
  const [landing] = deriveCtes(await documents('first-land-based-receiver'), everything).records;
  expect(landing).toMatchObject({
    cte: 'first-land-based-receiving',
    values: {
      species: { text: 'SWORDFISH' },
      'harvest-range': { from: '2026-02-16', to: '2026-02-18' },
      'catch-area': { text: '21.4R; 27.14.a' },
      date: { day: '2026-02-23' },
    },
    missing: [],
  });
});

test('a catch is under the rule from its landing on, raw as it is', async () => {
  const [landing] = await documents('first-land-based-receiver');
  if (landing?.event.type !== 'ObjectEvent') throw new Error('the sample has changed');
  const shipping: FsmaEvent = {
    ...landing,
    hash: 'shipping',
    event: {
      ...landing.event,
      action: 'OBSERVE',
      bizStep: 'shipping',
      eventTimeMs: landing.event.eventTimeMs + 1,
      ilmd: {},
    },
  };
  const raw = (foodSource: 'fishing-vessel' | 'produce'): Facts => ({
    ...everything,
    product: (gtin) => ({ ...everything.product(gtin), rawCommodity: true, foodSource }),
  });
  const { records } = deriveCtes([landing, shipping], raw('fishing-vessel'));
  expect(records.map(({ cte }) => cte)).toEqual(['first-land-based-receiving', 'shipping']);
  expect(records[1]?.values['lot-code-source']).toMatchObject({ gln: '0860009997004' });
  // The same of produce would be a movement before its initial packing.
  expect(deriveCtes([shipping], raw('produce')).passedOver).toHaveLength(1);
});

test('a pallet that is shipped is a record of each lot in it; a lot of unknown origin lacks its source', async () => {
  const { records } = deriveCtes(await documents('shipping'), everything);
  const shipped = records.filter(({ cte }) => cte === 'shipping');
  expect(shipped.map(({ lot, unit, values }) => [lot, unit, values.quantity])).toEqual([
    ['ABC1234', 'https://id.gs1.org/00/008600099999850000', { is: 'quantity', amount: '25', uom: 'CS' }],
    ['ABC5678', 'https://id.gs1.org/00/008600099999850000', { is: 'quantity', amount: '25', uom: 'CS' }],
  ]);
  expect(shipped[0]?.values['lot-code-source']).toMatchObject({ gln: '0860009999992' });
  expect(shipped.map((record) => Object.keys(clauses(record)))).toEqual([[], ['21 CFR 1.1340(a)(7)']]);
});

test('a unit that moves without anybody having told its contents is a record without a lot code', async () => {
  const [, , shipping] = await documents('shipping');
  const { records } = deriveCtes(shipping ? [shipping] : [], everything);
  expect(records).toMatchObject([{ cte: 'shipping', item: null, unit: 'https://id.gs1.org/00/008600099999850000' }]);
  expect(Object.keys(clauses(records[0]))).toContain('21 CFR 1.1340(a)(1)');
});

test('a receipt names its previous source and the day at the place, whatever the zone it was written in', async () => {
  const { records } = deriveCtes(await documents('receiving'), everything);
  expect(records.find(({ cte }) => cte === 'receiving')).toMatchObject({
    values: {
      'previous-source': { gln: '0860009999992' },
      place: { gln: '0860009998001' },
      'lot-code-source': { gln: '0860009999992' },
      date: { day: '2026-04-20' },
    },
    missing: [],
  });
});

test('a transformation is a record of each lot used; food that is not on the list need not be told', async () => {
  const facts: Facts = {
    ...everything,
    product: (gtin) => (gtin === '10860009998022' ? { gtin, foodTraceabilityList: false } : everything.product(gtin)),
  };
  const { records } = deriveCtes(await documents('transformation'), facts);
  expect(records.map(({ cte, lot, input, missing }) => [cte, lot, input?.slice(-7), missing.length])).toEqual([
    ['transformation', 'SALAD-20260420-A', 'ABC1234', 0],
    ['transformation', 'SALAD-20260420-A', 'DEF2345', 0],
  ]);
});

test('an event that is declared wrong is shown as such, and its declaration is no record of its own', async () => {
  const [first, ...rest] = await documents('transformation');
  if (!first) throw new Error('no event');
  const declared = {
    ...first,
    event: { ...first.event, errorDeclaration: { declarationTimeMs: 1, reason: null, correctiveEventIds: [] } },
  };
  const { records } = deriveCtes([first, ...rest, declared], everything);
  expect(records.map(({ declaredWrong }) => declaredWrong)).toEqual([true, true]);
});

test('goods taken out of a unit are not shipped with it', async () => {
  const [made, packed, shipped] = await documents('shipping');
  if (!made || packed?.event.type !== 'AggregationEvent' || !shipped) throw new Error('the samples have changed');
  const [kept, taken] = packed.event.childQuantities;
  const unpacked: FsmaEvent = {
    ...packed,
    hash: 'unpacking',
    event: {
      ...packed.event,
      action: 'DELETE',
      childQuantities: taken ? [{ ...taken, amount: '10' }, ...(kept ? [kept] : [])] : [],
    },
  };
  const { records } = deriveCtes([made, packed, unpacked, shipped], everything);
  expect(records.filter(({ cte }) => cte === 'shipping').map(({ lot, values }) => [lot, values.quantity])).toEqual([
    ['ABC5678', { is: 'quantity', amount: '15', uom: 'CS' }],
  ]);
});

test('each missing element says where it can be supplied, and one description serves all records that lack it', async () => {
  const { records } = deriveCtes(await documents('harvest', 'shipping'), nothing);
  const lacking = (clause: string): Supply | undefined =>
    records.flatMap(({ missing }) => missing).find((each) => each.clause === clause)?.supply;
  expect(lacking('21 CFR 1.1325(a)(1)(ii)')).toMatchObject({
    in: 'product',
    id: '00860009999923',
    fields: ['commodity'],
  });
  expect(lacking('21 CFR 1.1325(a)(1)(v)')).toMatchObject({
    in: 'place',
    id: '0860009999060',
    fields: ['growingArea'],
  });
  expect(lacking('21 CFR 1.1340(a)(7)')).toMatchObject({
    in: 'place',
    id: '0860009999992',
    fields: ['businessName', 'phone', 'street', 'city', 'region', 'postalCode', 'country'],
  });
  const unknown = records.find(({ cte, lot }) => cte === 'shipping' && lot === 'ABC5678')?.missing;
  expect(unknown?.find(({ element }) => element === 'lot-code-source')?.supply).toMatchObject({
    in: 'event',
    id: 'https://id.gs1.org/01/10860009999920/10/ABC5678',
  });

  const needs = groupSupplies(records);
  expect(needs.map(({ in: kind, id }) => `${kind} ${id}`)).toEqual([
    ...new Set(needs.map(({ in: kind, id }) => `${kind} ${id}`)),
  ]);
  const packhouse = needs.find(({ id }) => id === '0860009999992');
  const waiting = records.filter(({ missing }) => missing.some(({ supply }) => supply.id === '0860009999992'));
  expect(packhouse?.records).toBe(waiting.length);
  expect(packhouse?.clauses).toContain('21 CFR 1.1340(a)(5)');
  expect(needs.map(({ records: count }) => count)).toEqual(
    needs.map(({ records: count }) => count).sort((a, b) => b - a),
  );
});

test('the day of a harvest is that of the place, also where its end is told in another zone', async () => {
  const [harvest] = await documents('harvest');
  if (!harvest) throw new Error('the sample has no event');
  const told = (end: string) => ({
    ...harvest,
    event: { ...harvest.event, eventTimeZoneOffset: '-07:00', ilmd: { 'cbvmda:harvestEndDate': end } },
  });
  const dayOf = (end: string) => deriveCtes([told(end)], everything).records[0]?.values.date;
  expect(dayOf('2026-04-18T02:00:00Z')).toEqual({ is: 'date', day: '2026-04-17' });
  expect(dayOf('2026-04-18')).toEqual({ is: 'date', day: '2026-04-18' });
});

test('every element that the rule asks for has a column that cites its clause', () => {
  for (const [cte, rules] of Object.entries(kdeRules)) {
    const cited = new Set(sheetColumns[cte as keyof typeof sheetColumns].map(({ clause }) => clause));
    expect(rules.map(({ clause }) => clause).filter((clause) => !cited.has(clause))).toEqual([]);
  }
});

test("the columns that follow FDA's template are as many as it has", () => {
  const count = (cte: keyof typeof sheetColumns) => sheetColumns[cte].filter(({ origin }) => origin === 'fda').length;
  // A to AJ, and A to AE.
  expect([count('shipping'), count('receiving'), count('transformation')]).toEqual([36, 36, 31]);
});

async function documents(...names: string[]): Promise<FsmaEvent[]> {
  const all = await Promise.all(
    names.map(async (name) => parseDocument(await readFile(join(samples, `${name}-cte.jsonld`))).events),
  );
  return Promise.all(
    all.flat().map(async ({ event, source }) => ({
      hash: await eventHash(source),
      transactionId: null,
      block: null,
      outcome: null,
      event: normalise(event),
    })),
  );
}

function clauses(record: CteRecord | undefined): Record<string, readonly string[]> {
  return Object.fromEntries((record?.missing ?? []).map(({ clause, parts }) => [clause, parts]));
}
