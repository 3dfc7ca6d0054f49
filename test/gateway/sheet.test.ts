import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sites } from '../../infra/story/network.ts';
import { fieldGtin } from '../../infra/story/production.ts';
import { sheetLimits } from '../../ledger-gateway/src/sheet/sheet-limits.ts';
import {
  type Answer,
  type Api,
  ApiProblem,
  apiOf,
  mspIds,
  type Network,
  type RunningGateway,
  startNetwork,
} from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let network: Network;
let gateway: RunningGateway;
let api: Api;

const own = sites.filter(({ mspId }) => mspId === mspIds.growers);
const [field] = own;
const packhouse = sites.find(({ kind }) => kind === 'packhouse');
if (!field || !packhouse) throw new Error('the story has no field or no packhouse');
const today = new Date().toISOString().slice(0, 10);
const header = 'Harvest date,Time,Field,Product,Lot,Weight,UoM';

beforeAll(async () => {
  network = await startNetwork();
  gateway = await network.start('growers');
  api = gateway.api;
  for (const { gln, mspId, ...site } of own) await api.send('PUT', `/api/sites/${gln}`, site);
  await api.send('PUT', `/api/products/${fieldGtin}`, { name: 'Romaine', limits: [] });
});

afterAll(() => network?.stop());

async function upload(text: string | Uint8Array, name = 'harvest.csv'): Promise<Answer> {
  const response = await api.fetch(`/api/sheets?name=${encodeURIComponent(name)}&timeZone=Europe/Madrid`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: typeof text === 'string' ? text : new Uint8Array(text),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Answer;
}

type Mapping = { columns: Record<string, number>; constants: Record<string, string>; [member: string]: unknown };
const mappingOf = (read: Answer) => (read.proposal as { mapping: Mapping }).mapping;
const map = (read: Answer, mapping: Mapping = mappingOf(read)) =>
  api.send('PUT', `/api/sheets/${read.id}/mapping`, mapping);

/** Captures as a patient client does: a ledger that is too busy, or has not said what became of it, is asked again. */
async function capture(read: Answer, body: object = {}): Promise<Answer> {
  for (;;) {
    try {
      return await api.send('POST', `/api/sheets/${read.id}/capture`, body);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 503) throw error;
    }
  }
}

const transactions = (answer: Answer) =>
  (answer.parts as { transactionIds: string[] }[]).flatMap((part) => part.transactionIds);
const lot = (number: string) => api.fetch(`/api/lots/${fieldGtin}/${number}`);

test('a sheet is read, mapped, shown with its errors, captured when it is right, and not captured twice', async () => {
  const wrong = `${header}\n${today},00:05,"${field.name}",Romaine,S-1,500,kg\n${today},00:06,Nowhere,Romaine,S-2,5,kg\n`;
  const read = await upload(wrong);
  expect(read).toMatchObject({
    format: 'csv',
    delimiter: ',',
    rows: 2,
    capturedBefore: [],
    proposal: {
      from: 'columns',
      mapping: {
        step: 'harvest',
        timeZone: 'Europe/Madrid',
        columns: { date: 0, timeOfDay: 1, place: 2, product: 3, lot: 4, quantity: 5, unit: 6 },
      },
    },
  });
  await expect(capture(read)).rejects.toMatchObject({ status: 409, code: 'sheet-incorrect' });
  const preview = await map(read);
  expect(preview).toMatchObject({
    ready: false,
    counts: { rows: 2, events: 1, errors: 1 },
    problems: [{ row: 3, column: 2, severity: 'error', code: 'unknown-place' }],
  });
  await expect(capture(read)).rejects.toMatchObject({ status: 409, code: 'sheet-incorrect' });
  expect((await lot('S-1')).status).toBe(404);

  const mended = wrong.replace('Nowhere', field.gln);
  const again = await upload(mended);
  expect(again).toMatchObject({ proposal: { from: 'remembered' } });
  expect(await map(again)).toMatchObject({ ready: true, rehearsed: true, counts: { events: 2, errors: 0, known: 0 } });
  const captured = await capture(again);
  expect(captured).toMatchObject({ state: 'captured', sameAs: null, parts: [{ events: 2, known: 0, done: true }] });
  expect(transactions(captured)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect((await lot('S-1')).status).toBe(200);
  const height = network.ledger.height();

  // The same upload, the same file, and the same rows in another file.
  expect(transactions(await capture(again))).toEqual(transactions(captured));
  const copy = await upload(mended, 'copy.csv');
  expect(copy).toMatchObject({ capturedBefore: [{ id: again.id }] });
  await map(copy);
  const repeated = await capture(copy);
  expect(repeated).toMatchObject({ id: again.id, sameAs: again.id });
  const other = await upload(`${mended}\n`, 'other.csv');
  expect(await map(other)).toMatchObject({ ready: true, counts: { known: 2 } });
  const known = await capture(other);
  expect(known).toMatchObject({ state: 'captured', sameAs: null, parts: [{ events: 2, known: 2 }] });
  expect(transactions(known)).toEqual(transactions(captured));
  expect(network.ledger.height()).toBe(height);
});

test('the chaincode is asked before anything is captured; what it refuses is told at the row', async () => {
  const text = `Date,From,To,Product,Lot,Amount\n${today} 00:10,${field.gln},${packhouse.gln},${fieldGtin},S-9,5 kg\n`;
  const read = await upload(text, 'ship.csv');
  const preview = await map(read);
  expect(preview).toMatchObject({ ready: false, rehearsed: true, counts: { errors: 1 } });
  expect(preview.problems).toContainEqual(expect.objectContaining({ row: 2, severity: 'error', code: 'refused' }));
});

test('a capture of several transactions keeps what is done, says where it stopped, and goes on from there', async () => {
  const count = sheetLimits.maxEventsPerPart;
  const harvest = (lotNumber: string, kilograms: number, minute: string) =>
    `${header}\n${today},00:${minute},${field.gln},${fieldGtin},${lotNumber},${kilograms},kg\n`;
  const first = await upload(harvest('S-3', count, '01'));
  await map(first);
  await capture(first);

  const rows = Array.from(
    { length: count + 1 },
    (_, i) => `${today} 00:20,${field.gln},${packhouse.gln},${fieldGtin},S-3,1,kg,D-${i}`,
  );
  const read = await upload(`Date,From,To,Product,Lot,Amount,Unit,Document\n${rows.join('\n')}\n`, 'ship.csv');
  expect(await map(read)).toMatchObject({ ready: true, parts: [{ events: count }, { events: 1 }] });
  await expect(capture(read)).rejects.toMatchObject({
    status: 409,
    code: 'not-held',
    members: { part: expect.stringMatching(/^Part 2 of 2: row/), partsCaptured: 1, parts: 2, rows: [count + 2] },
  });
  await expect(map(read)).rejects.toMatchObject({ status: 409, code: 'conflict' });

  const more = await upload(harvest('S-3', 1, '02'));
  await map(more);
  await capture(more);
  const captured = await capture(read);
  expect(captured).toMatchObject({
    state: 'captured',
    parts: [
      { events: count, done: true },
      { events: 1, done: true },
    ],
  });
  expect(new Set(transactions(captured)).size).toBe(2);
});

test('templates can be had, filled in and uploaded', async () => {
  const response = await api.fetch('/api/sheets/templates/harvest.xlsx');
  expect(response.headers.get('content-disposition')).toContain('harvest.xlsx');
  const read = await upload(new Uint8Array(await response.arrayBuffer()), 'harvest.xlsx');
  expect(read).toMatchObject({ format: 'xlsx', sheet: 'Harvest', rows: 1, proposal: { mapping: { step: 'harvest' } } });
  expect((await api.fetch('/api/sheets/templates/harvest.csv')).status).toBe(200);
  expect((await api.fetch('/api/sheets/templates/dance.csv')).status).toBe(400);
});

test('uploads are for those who capture, have limits, and can be listed and deleted', async () => {
  const { key } = await api.send('POST', '/api/keys', { name: 'reader', roles: ['reader'], expiresInMs: 3_600_000 });
  const reader = apiOf(gateway.url, String(key));
  await expect(reader.get('/api/sheets')).rejects.toMatchObject({ status: 403 });
  const large = await api.fetch('/api/sheets?name=a', {
    method: 'POST',
    body: new Uint8Array(sheetLimits.maxFileBytes + 1),
  });
  expect(large.status).toBe(413);
  const broken = await api.fetch('/api/sheets?name=a', { method: 'POST', body: 'PK\u0003\u0004' });
  expect([broken.status, ((await broken.json()) as Answer).code]).toEqual([400, 'sheet-malformed']);

  const read = await upload('a,b\nc,d\n');
  const ids = async () => ((await api.get('/api/sheets')).uploads as { id: string }[]).map(({ id }) => id);
  expect((await ids())[0]).toBe(read.id);
  await api.send('DELETE', `/api/sheets/${read.id}`);
  expect(await ids()).not.toContain(read.id);
  await expect(api.get(`/api/sheets/${read.id}`)).rejects.toMatchObject({ status: 404 });
});
