import { tolerantPolicy } from '@hopline/protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rebuild } from '../../ledger-gateway/src/rebuild.ts';
import { openStore } from '../../ledger-gateway/src/store/open-store.ts';
import { dumpProjection } from '../../ledger-gateway/src/testing/dump-projection.ts';
import {
  type WorkItem,
  workItemSchema,
  worklistCountsSchema,
  worklistSchema,
} from '../../ledger-gateway/src/worklist/work-item-shapes.ts';
import { packed, received, shipped } from '../ledger-suite/epcis-events.ts';
import { apiOf, type Network, type RunningGateway, startNetwork } from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const field = '9521001000017';
const store = '9521003000015';
const gtin = '09521001000055';
const lot = (number: string) => `https://id.gs1.org/01/${gtin}/10/${number}`;
const pallet = 'https://id.gs1.org/00/095210010000000017';
const at = (hour: number) => `2026-04-20T${String(hour).padStart(2, '0')}:00:00+02:00`;
const { mspId: _mspId, ...tolerant } = tolerantPolicy('RetailMSP');

let network: Network;
let growers: RunningGateway;
let retail: RunningGateway;

beforeAll(async () => {
  network = await startNetwork();
  [growers, retail] = await Promise.all([network.start('growers'), network.start('retail', { policy: tolerant })]);
  await growers.api.send('PUT', `/api/sites/${field}`, { name: 'Upper field', kind: 'field' });
  await retail.api.send('PUT', `/api/sites/${store}`, { name: 'Store', kind: 'store' });
});

afterAll(async () => network?.stop());

async function worklist(gateway: RunningGateway, query = ''): Promise<WorkItem[]> {
  return worklistSchema.parse(await gateway.api.get(`/api/worklist?${query}`)).items;
}

/** The other organisation's gateway follows the ledger by itself. */
async function caughtUp(gateway: RunningGateway, block: unknown): Promise<void> {
  await vi.waitFor(
    async () => {
      const { asOf } = worklistSchema.parse(await gateway.api.get('/api/worklist'));
      expect(asOf.height).toBeGreaterThan(Number(block));
    },
    { timeout: 60_000, interval: 100 },
  );
}

const capture = (gateway: RunningGateway, ...events: object[]) => gateway.api.send('POST', '/api/capture', events);

test('a policy is strict until somebody chooses, or the configuration does', async () => {
  expect(await growers.api.get('/api/policy')).toEqual({
    mspId: 'GrowersMSP',
    notHeld: 'refuse',
    notShipped: 'refuse',
    massBalance: 'refuse',
    unitOfMeasure: 'refuse',
    recorded: false,
  });
  expect(await retail.api.get('/api/policy')).toEqual({ mspId: 'RetailMSP', ...tolerant, recorded: true });
  const early = received({ at: at(9), gln: store }, [], [[lot('R'), 1, 'KGM']]);
  await retail.api.send('PUT', '/api/policy', { ...tolerant, notShipped: 'refuse' });
  await expect(capture(retail, early)).rejects.toMatchObject({ status: 409, code: 'not-shipped' });
  await retail.api.send('PUT', '/api/policy', tolerant);
  const reader = await retail.api.send('POST', '/api/keys', { name: 'r', roles: ['reader'], expiresInMs: 3_600_000 });
  const asReader = apiOf(retail.url, String(reader.key));
  await expect(asReader.send('PUT', '/api/policy', tolerant)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(asReader.send('PATCH', '/api/worklist/x', { note: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
  expect(await worklist(retail)).toEqual([]);
});

test('a receipt before its shipment is work until the shipment comes', async () => {
  await capture(retail, received({ at: at(12), gln: store }, [], [[lot('E'), 12, 'KGM']]));
  const [item, ...others] = await worklist(retail);
  expect(others).toEqual([]);
  expect(item).toMatchObject({
    kind: 'received-early',
    severity: 'act',
    subject: { id: lot('E'), lot: 'E' },
    place: { gln: store, custodian: 'RetailMSP' },
    mspId: 'RetailMSP',
    booked: { amount: '0', uom: 'KGM' },
    stated: { amount: '12', uom: 'KGM' },
    event: { bizStep: 'receiving', transactionId: item?.transactionId, signer: 'RetailMSP/gateway' },
    resolvedBy: null,
  });
  expect(item?.ageMs).toBeGreaterThan(0);

  // The grower ships what its books do not hold either: tolerant too, from now on.
  await expect(
    capture(growers, shipped({ at: at(8), gln: field }, store, [], [[lot('E'), 11, 'KGM']])),
  ).rejects.toThrow('not-held');
  await growers.api.send('PUT', '/api/policy', tolerant);
  const shipment = await capture(growers, shipped({ at: at(8), gln: field }, store, [], [[lot('E'), 11000, 'GRM']]));
  expect(shipment).toMatchObject({ events: [{ flags: ['received-over', 'not-held', 'shipped-late'] }] });
  await caughtUp(retail, shipment.block);
  expect((await worklist(retail)).map(({ kind, state }) => [kind, state])).toEqual([
    ['received-early', 'open'],
    ['received-over', 'open'],
  ]);
  expect(await worklist(retail, `item=${encodeURIComponent(lot('E'))}&kind=received-over`)).toMatchObject([
    { booked: { amount: '11', uom: 'KGM' }, stated: { amount: '12', uom: 'KGM' }, otherMspId: 'GrowersMSP' },
  ]);
  const rest = await capture(growers, shipped({ at: at(9), gln: field }, store, [], [[lot('E'), 1, 'KGM']]));
  await caughtUp(retail, rest.block);
  expect(await worklist(retail)).toEqual([]);
  const closed = { block: rest.block, transactionId: rest.transactionId };
  expect((await worklist(retail, 'state=resolved')).map((each) => [each.kind, each.resolvedBy, each.closed])).toEqual([
    ['received-early', 'ledger', closed],
    ['received-over', 'ledger', closed],
  ]);
  expect(await retail.api.get(`/api/lots/${gtin}/E`)).toMatchObject({
    holdings: [{ place: { gln: store }, quantity: { amount: '12', uom: 'KGM' } }],
  });
});

test('a person settles what the ledger cannot, until the ledger says something new', async () => {
  const missing = await worklist(growers, 'kind=not-held');
  expect(missing.map(({ booked, stated }) => [booked, stated])).toEqual([
    [
      { amount: '0', uom: 'KGM' },
      { amount: '1', uom: 'KGM' },
    ],
    [
      { amount: '0', uom: 'GRM' },
      { amount: '11000', uom: 'GRM' },
    ],
  ]);
  const [first] = missing;
  const path = `/api/worklist/${first?.id}`;
  const noted = await growers.api.send('PATCH', path, { assignee: 'Ada', note: 'harvested, not written down' });
  expect(workItemSchema.parse(noted)).toMatchObject({
    state: 'open',
    note: { assignee: 'Ada', changedBy: 'first administrator' },
  });
  const settled = await growers.api.send('PATCH', path, { state: 'resolved' });
  expect(settled).toMatchObject({ resolvedBy: 'person', note: { assignee: 'Ada', state: 'resolved' } });
  expect(await worklist(growers, 'kind=not-held')).toHaveLength(1);
  expect(await worklist(growers, 'kind=not-held&state=resolved&assignee=Ada')).toHaveLength(1);
  await expect(growers.api.send('PATCH', '/api/worklist/nothing', { note: 'x' })).rejects.toMatchObject({
    status: 404,
  });
  await expect(growers.api.send('PATCH', path, {})).rejects.toMatchObject({ status: 400 });

  // Two kilograms short, and settled by a person; then one of them comes, and it is one short.
  const send = await capture(
    growers,
    packed({ at: at(10), gln: field }, pallet, [[lot('P'), 5, 'KGM']]),
    shipped({ at: at(11), gln: field }, store, [pallet], [[lot('S'), 10, 'KGM']]),
  );
  await caughtUp(retail, send.block);
  await capture(retail, received({ at: at(13), gln: store }, [], [[lot('S'), 8, 'KGM']]));
  const [short] = await worklist(retail, 'kind=received-short');
  await retail.api.send('PATCH', `/api/worklist/${short?.id}`, { state: 'resolved' });
  expect(await worklist(retail, 'kind=received-short')).toEqual([]);
  await capture(retail, received({ at: at(14), gln: store }, [], [[lot('S'), 1, 'KGM']]));
  expect(await worklist(retail, 'kind=received-short')).toMatchObject([
    { id: short?.id, booked: { amount: '10' }, stated: { amount: '9' }, note: { state: 'resolved' } },
  ]);
});

test('an id that is used again names the event that has it, and what entered is named', async () => {
  const event = { ...received({ at: at(15), gln: field }, [], [[lot('I'), 1, 'KGM']]), bizStep: 'inspecting' };
  const first = await capture(growers, { ...event, eventID: 'urn:example:worklist:1' });
  const second = await capture(growers, { ...event, eventID: 'urn:example:worklist:1', disposition: 'damaged' });
  const hashOf = (answer: unknown) => (answer as { events: { event: string }[] }).events[0]?.event;
  expect(await worklist(growers, 'kind=event-id-conflict')).toMatchObject([
    { eventId: 'urn:example:worklist:1', event: { event: hashOf(second) }, about: { event: hashOf(first) } },
  ]);
  await capture(growers, { ...event, action: 'ADD', bizStep: 'commissioning' });
  // People copy identifiers out of labels and documents, in whatever form those have.
  for (const item of [lot('I'), `(01)${gtin}(10)I`, 'urn:epc:class:lgtin:9521001.000005.I']) {
    const query = `kind=declared-origin&item=${encodeURIComponent(item)}`;
    expect((await worklist(growers, query)).map(({ subject }) => subject?.id)).toEqual([lot('I')]);
  }
});

test('shipments are on it once they are overdue, in pages, for both ends', async () => {
  const subjects = async (gateway: RunningGateway, query: string) =>
    (await worklist(gateway, `kind=overdue-shipment&${query}`)).map(({ subject, outstanding }) => [
      subject?.id,
      outstanding?.amount,
    ]);
  const overdue = [
    [pallet, undefined],
    [lot('S'), '1'],
  ];
  expect((await subjects(retail, `place=${store}`)).sort()).toEqual(overdue);
  expect((await subjects(growers, `place=${field}`)).sort()).toEqual(overdue);
  // The events are of the past; who asks for what is overdue by decades finds nothing.
  const always = 'overdueAfterMs=31536000000';
  const age = Date.now() - Date.parse(at(11));
  expect(await subjects(retail, always)).toHaveLength(age > 31_536_000_000 ? 2 : 0);
  const firstPage = worklistSchema.parse(await retail.api.get('/api/worklist?kind=overdue-shipment&limit=1'));
  const secondPage = worklistSchema.parse(
    await retail.api.get(`/api/worklist?kind=overdue-shipment&limit=1&after=${firstPage.next}`),
  );
  expect([...firstPage.items, ...secondPage.items].map(({ subject }) => subject?.id).sort()).toEqual([
    pallet,
    lot('S'),
  ]);
  expect(secondPage.next).toBeNull();
});

test('is counted by kind, under the same filter', async () => {
  const counts = async (query: string) =>
    worklistCountsSchema.parse(await retail.api.get(`/api/worklist/counts?${query}`)).kinds;
  for (const query of ['', `place=${store}`, 'severity=info', 'kind=overdue-shipment', 'state=resolved']) {
    const items = await worklist(retail, query);
    const expected = Map.groupBy(items, ({ kind }) => kind);
    const counted = await counts(query);
    expect(counted.map(({ kind, count }) => [kind, count]).sort()).toEqual(
      [...expected].map(([kind, list]) => [kind, list.length]).sort(),
    );
    expect(counted.map(({ count }) => count)).toEqual(counted.map(({ count }) => count).sort((a, b) => b - a));
  }
  expect((await counts('')).find(({ kind }) => kind === 'overdue-shipment')?.title).toContain('never received');
});

test('a rebuild gives the same rows, and keeps what people said', async () => {
  await Promise.all([growers.stop(), retail.stop()]);
  const options = network.options('growers');
  const dump = async () => {
    const opened = await openStore({ folder: options.dataFolder, nowMs: Date.now() });
    const notes = await opened.query('select id, state, assignee from work_notes order by id');
    return { rows: await dumpProjection(opened), notes, close: await opened.close() };
  };
  await rebuild(options);
  const before = await dump();
  expect(before.rows.work_items?.length).toBeGreaterThan(8);
  expect(before.notes).toMatchObject([{ state: 'resolved', assignee: 'Ada' }]);
  await rebuild(options);
  expect(await dump()).toEqual(before);
});
