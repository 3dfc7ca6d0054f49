import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { companyPrefix, gln, gtin, lotLink, placeLink, sscc, unitLink } from '../../infra/story/keys.ts';
import { keyDataSchema } from '../../ledger-gateway/src/fsma/key-data-of-trace.ts';
import { commonSourceSchema } from '../../ledger-gateway/src/query/trace/common-source.ts';
import { exposureSchema } from '../../ledger-gateway/src/query/trace/exposure.ts';
import { type Trace, traceSchema } from '../../ledger-gateway/src/query/trace.ts';
import { type ApiProblem, type Network, type RunningGateway, startNetwork } from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const hourMs = 3_600_000;
const eventsPerDocument = 8;
const startMs = Math.floor(Date.now() / hourMs) * hourMs - 200 * hourMs;
const at = (hour: number) => startMs + hour * hourMs;
const [field, kitchen, depot, shop] = [901, 902, 903, 904].map((number) => gln(companyPrefix.freshHub, number)) as [
  string,
  string,
  string,
  string,
];
const raw = gtin(companyPrefix.freshHub, 801);
const dish = gtin(companyPrefix.freshHub, 802);
const lot = (name: string) => lotLink(raw, name);
const made = (name: string) => lotLink(dish, name);
const unit = (serial: number) => unitLink(sscc(companyPrefix.freshHub, 880 + serial));
const [crate, pallet, other] = [unit(1), unit(2), unit(3)];

let network: Network;
let gateway: RunningGateway;

beforeAll(async () => {
  network = await startNetwork();
  gateway = await network.start('freshHub');
  for (const [index, place] of [field, kitchen, depot, shop].entries())
    await gateway.api.send('PUT', `/api/sites/${place}`, { name: `Place ${index}`, kind: 'warehouse' });
  await gateway.api.send('PUT', `/api/products/${raw}`, { name: 'Leaves', limits: [] });
  await capture(
    // Two fields' lots; of the first, half goes another way before the dish is made.
    ...['F1', 'F2', 'F3'].map((name) => object(field, 0, 'ADD', 'commissioning', [[lot(name), 100]])),
    ship(field, kitchen, 1, [[lot('F1'), 60]]),
    ship(field, kitchen, 1, [[lot('F2'), 100]]),
    ship(field, shop, 2, [[lot('F1'), 40]]),
    receive(kitchen, 3, [[lot('F1'), 60]]),
    receive(kitchen, 3, [[lot('F2'), 98]]),
    receive(shop, 4, [[lot('F1'), 40]]),
    transform(
      kitchen,
      5,
      [
        [lot('F1'), 60],
        [lot('F2'), 50],
      ],
      [[made('D1'), 100]],
    ),
    transform(kitchen, 6, [[lot('F2'), 48]], [[made('D2'), 40]]),
    // D1 travels in a crate on a pallet; D2 joins the crate only after D1 has left it.
    pack(kitchen, 7, crate, { lots: [[made('D1'), 30]] }),
    pack(kitchen, 8, pallet, { units: [crate] }),
    shipUnit(kitchen, depot, 9, pallet),
    receiveUnit(depot, 12, pallet),
    unpack(depot, 13, pallet, { units: [crate] }),
    unpack(depot, 14, crate, { lots: [[made('D1'), 30]] }),
    ship(kitchen, depot, 14, [[made('D2'), 40]]),
    receive(depot, 15, [[made('D2'), 40]]),
    pack(depot, 16, crate, { lots: [[made('D2'), 10]] }),
    shipUnit(depot, shop, 17, crate),
    receiveUnit(shop, 18, crate),
    // Re-packed into another unit, sent out and sent back.
    pack(depot, 19, other, { lots: [[made('D1'), 10]] }),
    shipUnit(depot, shop, 20, other),
    receiveUnit(shop, 21, other),
    shipUnit(shop, depot, 22, other),
    receiveUnit(depot, 23, other),
    object(depot, 24, 'DELETE', 'destroying', [[made('D1'), 5]]),
    // Sent and never received.
    ship(depot, shop, 25, [[made('D1'), 4]]),
  );
});

afterAll(() => network?.stop());

test('back from a dish reaches what went into it, on the way that led there and no other', async () => {
  const { lots, edges, affected } = await ask({ from: made('D1'), direction: 'back' });
  expect(new Set(lots)).toEqual(new Set([lot('F1'), lot('F2')]));
  const ofF1 = edges.filter(({ from, of }) => from === lot('F1') || of === lot('F1'));
  // The 40 that went to the shop are none of this dish's business.
  expect(ofF1.map(({ to }) => to)).not.toContain(shop);
  expect(affected.find(({ id }) => id === lot('F1'))).toMatchObject({ whole: false });
});

test('forward from a field reaches dishes, the shop, and every part with its custodian and amount', async () => {
  const trace = await ask({ from: lot('F1'), direction: 'forward' });
  expect(trace.lots).toEqual([made('D1')]);
  expect(parts(trace, lot('F1'))).toEqual([`held ${shop} 40`, `used ${kitchen} 60`]);
  expect(parts(trace, made('D1'))).toEqual([
    `gone ${depot} 5 destroyed`,
    `held ${kitchen} 70`,
    `held ${depot} 10 in ${other}`,
    `held ${depot} 11`,
    `in-transit ${shop} 4`,
  ]);
  for (const { parts: all } of trace.affected) for (const { custodian } of all) expect(custodian).toBe('FreshHubMSP');
  const dishes = trace.affected.find(({ id }) => id === made('D1'));
  expect(dishes?.balance).toMatchObject({
    entered: [{ amount: '100', uom: 'KGM' }],
    held: [{ amount: '91', uom: 'KGM' }],
    inTransit: [{ amount: '4', uom: 'KGM' }],
    gone: [{ amount: '5', uom: 'KGM' }],
    // 4 of 100 are still on the way.
    recoveryPpm: 960_000,
  });
  expect(trace.transformations).toMatchObject([
    { used: [{ amount: '110', uom: 'KGM' }], made: [{ amount: '100', uom: 'KGM' }], recoveryPpm: 909_090 },
  ]);
  for (const edge of trace.edges) expect(edge.transactionId).toMatch(/^[0-9a-f]{64}$/);
});

test('each place says how much came there and when, and how much still is there', async () => {
  const { affected } = await ask({ from: made('D1'), direction: 'forward' });
  const places = affected.find(({ id }) => id === made('D1'))?.places ?? [];
  const kilograms = (some: readonly { amount: string }[]) => some.map(({ amount }) => amount).join();
  expect(
    places.map(({ gln: place, fromMs, toMs, arrived, present }) =>
      [
        place,
        (fromMs - at(0)) / hourMs,
        toMs === null ? 'still' : (toMs - at(0)) / hourMs,
        kilograms(arrived),
        kilograms(present),
      ].join(' '),
    ),
  ).toEqual([
    `${kitchen} 5 still 100 70`,
    // 30 came on the pallet, were unpacked and packed again; 10 of them went to the shop and came back.
    `${depot} 12 still 40 21`,
    `${shop} 21 22 10 `,
  ]);
  for (const { custodian, name } of places)
    expect([custodian, name]).toEqual(['FreshHubMSP', expect.stringContaining('Place')]);
});

test('goods share the path of their crate only while they are in it', async () => {
  const { edges } = await ask({ from: made('D1'), direction: 'forward' });
  const ofCrate = edges.filter(({ from, of }) => from === crate || of === crate);
  // The crate's later journey to the shop was with D2.
  expect(ofCrate.filter(({ kind }) => kind === 'shipped')).toEqual([]);
  expect(ofCrate.find(({ kind }) => kind === 'packed')).toMatchObject({ to: pallet, fromMs: at(8), toMs: at(13) });
  expect(edges.filter(({ of }) => of === pallet)).toMatchObject([{ from: kitchen, to: depot }]);
});

test('from a unit all that was ever in it is traced, at any depth, each from its own time on', async () => {
  const ofPallet = await ask({ from: pallet, direction: 'forward' });
  expect(ofPallet.lots).toEqual([made('D1')]);
  // What stayed in the kitchen was never on the pallet.
  expect(parts(ofPallet, made('D1'))).not.toContain(`held ${kitchen} 70`);
  expect(new Set((await ask({ from: crate, direction: 'forward' })).lots)).toEqual(new Set([made('D1'), made('D2')]));
  const back = await ask({ from: pallet, direction: 'back' });
  expect(new Set(back.lots)).toEqual(new Set([made('D1'), lot('F1'), lot('F2')]));
});

test('a single item is traced both ways, and not what was made beside it', async () => {
  const item = (serial: string) => `https://id.gs1.org/01/${dish}/21/${serial}`;
  const { outputQuantityList: _none, ...making } = transform(kitchen, 27, [[lot('S1'), 10]], []);
  await capture(
    object(kitchen, 26, 'ADD', 'commissioning', [[lot('S1'), 10]]),
    { ...making, outputEPCList: [item('1'), item('2')] },
    shipUnit(kitchen, shop, 28, item('1')),
    receiveUnit(shop, 29, item('1')),
  );
  const trace = await ask({ from: item('1'), direction: 'both' });
  expect(trace.lots).toEqual([lot('S1')]);
  expect(trace.affected.map(({ id, kind }) => [id, kind])).toEqual([
    [item('1'), 'item'],
    [lot('S1'), 'lot'],
  ]);
  expect(parts(trace, item('1'))).toEqual([`held ${shop} 1`]);
  expect(parts(trace, lot('S1'))).toEqual([`used ${kitchen} 10`]);
  const ways = trace.edges.filter(({ kind, of }) => kind === 'shipped' || of === item('1'));
  expect(ways).toEqual(expect.arrayContaining([expect.objectContaining({ from: kitchen, to: shop })]));
});

test('from a place and a time what lay there then, and not what had left or came later', async () => {
  const span = (fromMs: number, toMs: number) => ({ place: kitchen, fromMs: String(fromMs), toMs: String(toMs) });
  const early = await ask({ ...span(at(3), at(4)), direction: 'back' });
  expect(new Set(early.lots)).toEqual(new Set([lot('F1'), lot('F2')]));
  const late = await ask({ ...span(at(15), at(16)), direction: 'forward' });
  expect(late.lots).toEqual([made('D1')]);
  expect(parts(late, made('D1'))).toEqual([`held ${kitchen} 70`]);
});

test('the answer says what is missing, each with its event', async () => {
  const { completeness, transformations } = await ask({ from: lot('F2'), direction: 'forward' });
  const of = (kind: string) => completeness.findings.filter((finding) => finding.kind === kind);
  expect(completeness.complete).toBe(false);
  expect(of('receipt-differs')).toMatchObject([{ things: [lot('F2')], events: [expect.stringMatching(/^ni:/)] }]);
  const overdue = of('shipment-overdue').map(({ things }) => things[0]);
  expect(new Set(overdue)).toEqual(new Set([lot('F2'), made('D1')]));
  expect(of('missing-data').flatMap(({ things }) => things)).toEqual(expect.arrayContaining([made('D1')]));
  expect(transformations.map(({ recoveryPpm }) => recoveryPpm)).toEqual([909_090, 833_333]);
});

test('conditions are given when they are asked for', async () => {
  expect((await ask({ from: lot('F1'), direction: 'back' })).conditions).toBeNull();
  const { conditions } = await ask({ from: lot('F1'), direction: 'back', conditions: 'true' });
  expect(conditions).toMatchObject([{ id: lot('F1'), stays: expect.any(Array) }]);
});

test('key data elements that are missing are named, event by event, when they are asked for', async () => {
  const query = new URLSearchParams({ from: made('D1'), direction: 'back', keyData: 'true' });
  const { keyData } = z
    .object({ keyData: keyDataSchema.nullable() })
    .parse(await gateway.api.get(`/api/trace?${query}`));
  expect(keyData?.records).toBeGreaterThan(0);
  const making = keyData?.missing.find(({ cte, item }) => cte === 'transformation' && item === made('D1'));
  expect(making).toMatchObject({ place: kitchen, event: expect.stringMatching(/^ni:/) });
  expect(making?.elements.length).toBeGreaterThan(0);
});

test('suspects share the source that both lead back to, and not what only one does', async () => {
  const answer = commonSourceSchema.parse(
    await gateway.api.send('POST', '/api/common-source', {
      suspects: [made('D1'), made('D2')],
      complaints: [{ place: shop, fromMs: at(18), toMs: at(19) }],
    }),
  );
  expect(answer.legs).toMatchObject([{ kind: 'suspect' }, { kind: 'suspect' }, { kind: 'complaint', id: shop }]);
  const goods = answer.sources.filter(({ kind }) => kind === 'lot');
  expect(goods[0]).toMatchObject({ id: lot('F2'), legs: [0, 1, 2], coverage: 1 });
  expect(goods.find(({ id }) => id === lot('F3'))).toBeUndefined();
  for (const { evidence } of answer.sources)
    for (const { transactionId } of evidence) expect(transactionId).toMatch(/^[0-9a-f]{64}$/);
});

test('exposed is what was in the same place at the time, loose or in units, and its further way is told', async () => {
  const query = new URLSearchParams({ place: depot, fromMs: String(at(12)), toMs: String(at(13)), further: 'true' });
  const answer = exposureSchema.parse(await gateway.api.get(`/api/exposure?${query}`));
  expect(answer.lots).toMatchObject([{ id: made('D1'), unit: crate, quantities: [{ amount: '30', uom: 'KGM' }] }]);
  expect(answer.further?.lots).toEqual([made('D1')]);
  expect(answer.further && parts(answer.further, made('D1'))).toContain(`held ${depot} 10 in ${other}`);
});

test.each([
  ['/api/trace', 'bad-request'],
  [`/api/trace?place=${'9'.repeat(13)}`, 'bad-request'],
  [`/api/trace?from=${encodeURIComponent(lot('NONE'))}`, 'not-found'],
  ['/api/exposure?node=9521002000115/0&sequence=1&position=0', 'not-found'],
])('%s is refused as %s', async (path, code) => {
  await expect(gateway.api.get(path)).rejects.toMatchObject({ code } satisfies Partial<ApiProblem>);
});

test('goods are followed through receipts that do not fit, and what later events put right is no gap', async () => {
  await gateway.api.send('PUT', '/api/policy', {
    notHeld: 'flag',
    notShipped: 'flag',
    massBalance: 'flag',
    unitOfMeasure: 'flag',
  });
  await capture(
    object(kitchen, 30, 'ADD', 'commissioning', [[lot('G1'), 60]]),
    transform(kitchen, 31, [[lot('G1'), 60]], [[made('G2'), 50]]),
    // The receipt comes before its shipment.
    receive(depot, 33, [[made('G2'), 20]]),
    ship(kitchen, depot, 32, [[made('G2'), 20]]),
    // What was sent in kilograms is received in pieces, and used.
    ship(kitchen, shop, 34, [[made('G2'), 10]]),
    receive(shop, 35, [[made('G2'), 4, 'EA']]),
    transform(shop, 36, [[made('G2'), 4, 'EA']], [[made('G3'), 8]]),
  );
  const { lots, completeness } = await ask({ from: lot('G1'), direction: 'forward' });
  expect(new Set(lots)).toEqual(new Set([made('G2'), made('G3')]));
  const findings = completeness.findings.map(({ kind, severity }) => `${kind} ${severity}`);
  expect(findings).toEqual(expect.arrayContaining(['early-receipt note', 'units-differ gap']));
  expect(findings).not.toContain('early-receipt gap');
  expect(new Set((await ask({ from: made('G3'), direction: 'back' })).lots)).toEqual(new Set([made('G2'), lot('G1')]));
});

test.each([
  [{}, 'bad-request'],
  [{ suspects: [lot('NONE')] }, 'not-found'],
  [{ suspects: ['https://id.gs1.org/01/09521002008011/10/A'] }, 'gs1-check-digit'],
  [{ complaints: [{ place: shop, fromMs: 2, toMs: 1 }] }, 'bad-request'],
  [{ suspects: Array.from({ length: 51 }, (_, index) => lot(String(index))) }, 'bad-request'],
])('a common source of %o is refused as %s', async (body, code) => {
  await expect(gateway.api.send('POST', '/api/common-source', body)).rejects.toMatchObject({ code });
});

async function ask(query: Record<string, string>): Promise<Trace> {
  return traceSchema.parse(await gateway.api.get(`/api/trace?${new URLSearchParams(query)}`));
}

/** What has become of a lot's parts, a line each. */
function parts(trace: Pick<Trace, 'affected'>, id: string): string[] {
  const all = trace.affected.find((each) => each.id === id)?.parts ?? [];
  return all
    .map(({ state, place, quantity, units, how }) =>
      [state, place, quantity.amount, how ?? '', units.length > 0 ? `in ${units.join(', ')}` : ''].join(' ').trim(),
    )
    .map((line) => line.replace(/ +/g, ' '))
    .sort();
}

type Some = readonly [item: string, amount: number, uom?: string];
type Things = { readonly lots?: readonly Some[]; readonly units?: readonly string[] };

/** Captures events in their order, a few with each document. */
async function capture(...events: readonly object[]): Promise<void> {
  for (let first = 0; first < events.length; first += eventsPerDocument) {
    await gateway.api.send('POST', '/api/capture', {
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: new Date(startMs).toISOString(),
      epcisBody: { eventList: events.slice(first, first + eventsPerDocument) },
    });
  }
}

const quantities = (some: readonly Some[]) =>
  some.map(([epcClass, quantity, uom = 'KGM']) => ({ epcClass, quantity, uom }));

function event(type: string, place: string, hour: number, bizStep: string) {
  const eventTime = new Date(at(hour)).toISOString();
  return { type, eventTime, eventTimeZoneOffset: '+00:00', bizStep, readPoint: { id: placeLink(place) } };
}

function object(place: string, hour: number, action: string, bizStep: string, some: readonly Some[], more = {}) {
  return { ...event('ObjectEvent', place, hour, bizStep), action, quantityList: quantities(some), ...more };
}

const to = (place: string) => ({ destinationList: [{ type: 'location', destination: placeLink(place) }] });
const ship = (from: string, into: string, hour: number, some: readonly Some[]) =>
  object(from, hour, 'OBSERVE', 'shipping', some, to(into));
const receive = (place: string, hour: number, some: readonly Some[]) =>
  object(place, hour, 'OBSERVE', 'receiving', some);
const shipUnit = (from: string, into: string, hour: number, id: string) => ({
  ...event('ObjectEvent', from, hour, 'shipping'),
  action: 'OBSERVE',
  epcList: [id],
  ...to(into),
});
const receiveUnit = (place: string, hour: number, id: string) => ({
  ...event('ObjectEvent', place, hour, 'receiving'),
  action: 'OBSERVE',
  epcList: [id],
});

function aggregation(place: string, hour: number, action: string, parentID: string, { lots = [], units = [] }: Things) {
  return {
    ...event('AggregationEvent', place, hour, action === 'ADD' ? 'packing' : 'unpacking'),
    action,
    parentID,
    ...(units.length > 0 ? { childEPCs: units } : {}),
    ...(lots.length > 0 ? { childQuantityList: quantities(lots) } : {}),
  };
}

const pack = (place: string, hour: number, parent: string, things: Things) =>
  aggregation(place, hour, 'ADD', parent, things);
const unpack = (place: string, hour: number, parent: string, things: Things) =>
  aggregation(place, hour, 'DELETE', parent, things);

function transform(place: string, hour: number, inputs: readonly Some[], outputs: readonly Some[]) {
  return {
    ...event('TransformationEvent', place, hour, 'creating_class_instance'),
    inputQuantityList: quantities(inputs),
    outputQuantityList: quantities(outputs),
  };
}
