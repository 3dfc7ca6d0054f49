import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CteKind, cteKinds, sheetColumns, sheetNames } from '@hopline/protocol/fsma';
import { parse } from 'csv-parse/sync';
import readWorkbook from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import writeWorkbook from 'write-excel-file/node';
import { type Answer, type Api, ApiProblem, type Network, type RunningGateway, startNetwork } from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

/** The seven sample documents (data/README.md), in the order of the supply chain. */
const documents = [
  'harvest',
  'cooling',
  'initial-packing',
  'first-land-based-receiver',
  'shipping',
  'receiving',
  'transformation',
] as const;
const samples = join(import.meta.dirname, '..', '..', 'data', 'fsma204');
const packed = { gtin: '10860009999920', lot: 'ABC1234' };

let network: Network;
let gateway: RunningGateway;
let api: Api;
const captured = new Map<string, Answer>();

beforeAll(async () => {
  network = await startNetwork();
  // All places of the samples under one organisation: who captures an event has to control its read point.
  gateway = await network.start('freshHub', {
    organisation: { name: 'Fresh Greens', companyPrefixes: ['0860009997', '0860009998', '0860009999'] },
  });
  api = gateway.api;
  await api.send('PUT', '/api/policy', {
    notHeld: 'flag',
    notShipped: 'flag',
    massBalance: 'flag',
    unitOfMeasure: 'flag',
  });
  const answer = await api.send('POST', '/api/master-data', masterData);
  expect(answer).toMatchObject({ problems: [], import: { state: 'done' } });
  for (const name of documents) {
    const document: unknown = JSON.parse(await readFile(join(samples, `${name}-cte.jsonld`), 'utf8'));
    captured.set(name, await api.send('POST', '/api/capture', document));
  }
});

afterAll(async () => {
  await network?.stop();
});

describe('the sample documents', () => {
  test('are captured as they are, and the one eventID on two events is a visible conflict', () => {
    const outcomes = documents.map((name) =>
      ((captured.get(name)?.events ?? []) as { outcome: string }[]).map(({ outcome }) => outcome),
    );
    expect(outcomes.flat()).toHaveLength(17);
    expect(outcomes.flat().filter((outcome) => outcome === 'conflict')).toHaveLength(1);
    expect(captured.get('receiving')?.events).toMatchObject([
      { outcome: 'conflict', flags: ['event-id-conflict'] },
      {},
    ]);
  });
});

describe('the check', () => {
  test('has a record of each critical tracking event, and names what is missing by its clause', async () => {
    const check = await api.get('/api/fsma/check?fromMs=0');
    const records = check.records as Checked[];
    expect(new Set(records.map(({ cte }) => cte))).toEqual(new Set(cteKinds));
    const lacking = (cte: CteKind) =>
      records.filter((record) => record.cte === cte).map(({ missing }) => missing.map(({ clause }) => clause));
    // The second harvest of the samples names no document; the farm has no field with a name.
    expect(lacking('harvesting')).toEqual([
      ['21 CFR 1.1325(a)(1)(v)'],
      ['21 CFR 1.1325(a)(1)(v)', '21 CFR 1.1325(a)(1)(viii)'],
    ]);
    // The second one was cooled and packed at the packhouse, which so is its own recipient.
    expect(lacking('cooling')).toEqual([[], []]);
    // The documents stand each for itself, and their clocks contradict each other.
    expect(records.filter(({ cte }) => cte === 'cooling').map(({ remarks }) => remarks)).toEqual([
      ['cooled-before-harvest'],
      [],
    ]);
    // The distribution centre has no telephone.
    expect(lacking('shipping')).toEqual([['21 CFR 1.1340(a)(4)'], ['21 CFR 1.1340(a)(4)', '21 CFR 1.1340(a)(7)']]);
    expect(records.find(({ cte }) => cte === 'receiving')?.missing).toEqual([
      {
        element: 'place',
        title: 'Location description of where the food was received',
        clause: '21 CFR 1.1345(a)(5)',
        parts: ['phone'],
        supply: {
          in: 'place',
          id: '0860009998001',
          name: 'Distribution centre',
          fields: ['phone'],
          advice: 'Complete the master data of this place',
        },
      },
    ]);
    // Each place is told once, with how many records its description completes.
    expect((check.supplies as Answer[]).slice(0, 2)).toMatchObject([
      { in: 'place', id: '0860009999060', fields: ['growingArea'], records: 5 },
      { in: 'place', id: '0860009998001', fields: ['phone'], records: 3 },
    ]);
    expect(lacking('first-land-based-receiving')).toEqual([[]]);
    // An ingredient that nobody has described.
    expect(lacking('transformation')).toEqual([[], ['21 CFR 1.1350(a)(1)(ii)']]);
    for (const record of records) expect(record.transactionId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('of one lot leaves others out, and a trace brings in what it was made of', async () => {
    const path = `/api/fsma/check?gtin=${packed.gtin}&lot=${packed.lot}`;
    const own = (await api.get(path)).records as Checked[];
    expect(new Set(own.map(({ cte }) => cte))).toEqual(
      new Set(['initial-packing', 'shipping', 'receiving', 'transformation']),
    );
    const back = (await api.get(`${path}&trace=back`)).records as Checked[];
    expect(new Set(back.map(({ cte }) => cte))).toContain('harvesting');
    expect(new Set(back.map(({ item }) => item))).toContain('https://id.gs1.org/01/00860009999923/10/ABC1234');
  });

  test('refuses half a lot, and a question about everything', async () => {
    for (const query of ['?gtin=10860009999920', '']) {
      const refused = await api.get(`/api/fsma/check${query}`).catch((error: unknown) => error);
      expect(refused).toMatchObject({ status: 400, code: 'bad-request' });
    }
    expect((await fetch(`${gateway.url}/api/fsma/check?fromMs=0`)).status).toBe(401);
  });
});

describe('the sheet', () => {
  let workbook: Response;
  let bytes: Buffer;

  beforeAll(async () => {
    workbook = await api.fetch('/api/fsma/sheet?fromMs=0');
    bytes = Buffer.from(await workbook.arrayBuffer());
  });

  test('opens in another reader: a sheet a CTE, a row a record, texts as texts and dates as dates', async () => {
    expect(workbook.headers.get('content-type')).toContain('spreadsheetml');
    const sheets = await readWorkbook(bytes);
    expect(sheets.map(({ sheet }) => sheet)).toEqual([
      'About',
      ...cteKinds.map((cte) => sheetNames[cte]),
      'Missing elements',
      'Columns',
    ]);
    const rowsOf = (cte: CteKind) => tableOf(sheets.find(({ sheet }) => sheet === sheetNames[cte])?.data ?? []);
    expect(cteKinds.map((cte) => rowsOf(cte).length)).toEqual([2, 2, 3, 1, 2, 1, 2]);
    expect(rowsOf('harvesting')[0]).toMatchObject({
      Commodity: 'Lettuce',
      Quantity: 25000,
      'Unit of measure': 'LBR',
      'Date of harvesting': new Date('2026-04-17T00:00:00Z'),
      'Farm: business name': 'Fresh Greens',
      'Farm: state': 'CA',
      // Leading zeros are still there, and a name that looks like a formula is a text.
      GTIN: '00860009999923',
      'Farm: street address or geographic coordinates': '=1+1 Farm Road',
      'Ledger transaction': captured.get('harvest')?.transactionId,
      'Ledger block': captured.get('harvest')?.block,
    });
    const missing = tableOf(sheets.find(({ sheet }) => sheet === 'Missing elements')?.data ?? []);
    expect(missing.find(({ Clause }) => Clause === '21 CFR 1.1345(a)(5)')).toMatchObject({
      'Missing parts': 'phone',
      'Where to supply it': 'Complete the master data of this place: Distribution centre, GLN 0860009998001 (phone)',
      'Ledger transaction': captured.get('receiving')?.transactionId,
    });
    expect(rowsOf('shipping')[0]).toMatchObject({
      'Traceability lot code': '(01)10860009999920(10)ABC1234',
      'Moved in unit': '008600099999850000',
      'Reference document type 1': 'Dispatch advice (ASN)',
      'Reference document number 2': '211-101037170',
    });
    expect(rowsOf('initial-packing').map((row) => row['Outcome on the ledger'])).toContain('conflict');
    // Real text cells: the column that is the lot code is not one of numbers.
    expect(rowsOf('receiving')[0]?.Lot).toBe('ABC1234');
  });

  test('has FDA’s columns in their order, a frozen header and a filter on each sheet', async () => {
    const sheets = await readWorkbook(bytes);
    for (const cte of cteKinds) {
      const data = sheets.find(({ sheet }) => sheet === sheetNames[cte])?.data ?? [];
      expect(data[0]).toEqual(sheetColumns[cte].map(({ header }) => header));
    }
    const parts = await unzip(bytes);
    const framed = [...parts].filter(([name]) => /worksheets\/sheet\d+\.xml$/.test(name)).map(([, xml]) => xml);
    expect(framed).toHaveLength(10);
    expect(
      framed.filter((xml) => xml.includes('state="frozen"') && /<autoFilter ref="A1:[A-Z]+\d+"\/>/.test(xml)),
    ).toHaveLength(9);
  });

  test('as CSV is one table in which nothing begins like a formula', async () => {
    const response = await api.fetch('/api/fsma/sheet?fromMs=0&format=csv');
    expect(response.headers.get('content-disposition')).toMatch(/fsma204-\d{4}-\d{2}-\d{2}\.csv/);
    const rows = parse(await response.text(), { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(13);
    expect(rows.find(({ cte }) => cte === 'Harvesting')).toMatchObject({
      'farm.street': "'=1+1 Farm Road",
      gtin: '00860009999923',
      date: '2026-04-17',
    });
    for (const value of rows.flatMap((row) => Object.values(row))) expect(value).not.toMatch(/^[=+@-]/);
  });

  test('of many lots, of a place and a time, is asked for with a body', async () => {
    const body = { lots: [packed, { gtin: '10860009998039', lot: 'SALAD-20260420-A' }], format: 'csv' };
    const post = async (more: object) =>
      parse(
        await (
          await api.fetch('/api/fsma/sheet', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ ...body, ...more }),
          })
        ).text(),
        { columns: true },
      ) as Record<string, string>[];
    expect((await post({})).map(({ cte }) => cte)).toContain('Transformation');
    const checked = await api.send('POST', '/api/fsma/check', { lots: body.lots });
    expect((checked.records as Checked[]).map(({ cte }) => cte)).toContain('transformation');
    const at = await post({ place: '0860009998001' });
    expect(at.map(({ cte }) => cte)).toEqual(['Receiving']);
    expect(await post({ fromMs: Date.parse('2026-05-01T00:00:00Z') })).toEqual([]);
  });

  test('of more lots than its limit is refused with it', async () => {
    const lots = Array.from({ length: 501 }, (_, i) => ({ gtin: packed.gtin, lot: `L${i}` }));
    const refused = await api.send('POST', '/api/fsma/sheet', { lots }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    expect(refused).toMatchObject({ status: 413, code: 'too-large', members: { maxLotsAsked: 500 } });
  });
});

describe('master data', () => {
  test('are listed with the transaction that put them on the ledger', async () => {
    const { records, next } = await api.get('/api/master-data/places?limit=2');
    expect(records).toMatchObject([
      {
        id: '0860009997004',
        ledger: { mspId: 'FreshHubMSP', record: { name: 'Fish dock', contact: { phone: '+1 831 555 0100' } } },
        note: null,
      },
      { id: '0860009998001' },
    ]);
    expect(next).toBe('0860009998001');
  });

  test('sent again change nothing', async () => {
    const again = await api.send('POST', '/api/master-data', masterData);
    expect(again).toMatchObject({ import: null, changes: [], own: { create: 0, change: 0, none: 10 } });
  });

  test('as CSV with faults write nothing, and name row and field', async () => {
    const csv =
      'GLN;Name;Phone number;Country\r\n0860009998001;;+1 831 555 0199;US\r\n0860009998002;Wrong;ask;Mars\r\n';
    const send = (query = '') =>
      api.fetch(`/api/master-data${query}`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: csv });
    const refused = await send();
    expect(refused.status).toBe(409);
    const { code, problems } = (await refused.json()) as { code: string; problems: { at: string; code: string }[] };
    expect(code).toBe('import-incorrect');
    expect(problems.map((problem) => [problem.at, problem.code])).toEqual([
      ['!A3', 'check-digit'],
      ['!C3', 'malformed'],
      ['!D3', 'malformed'],
    ]);
    const preview = (await (await send('?preview=true')).json()) as Answer;
    expect(preview).toMatchObject({ preview: true, import: null, problemCount: 3, own: { change: 1 } });
    const [known] = (await api.get('/api/master-data/places?after=0860009997004&limit=1')).records as Answer[];
    expect(known).toMatchObject({ id: '0860009998001' });
    expect(JSON.stringify(known)).not.toContain('555 0199');
  });

  test('as a workbook complete a record, and describe who is outside of the network', async () => {
    const workbook = await writeWorkbook([
      {
        sheet: 'Places',
        data: [
          ['GLN', 'Name', 'Phone number', 'Organisation'],
          // A number, as spreadsheets make of a GLN: its leading zero is gone.
          [860009998001, null, '+1 831 555 0199', null],
          ['0614141000005', 'Dill farm', null, '0614141000012'],
        ],
      },
      {
        sheet: 'Organisations',
        data: [
          ['GLN', 'Name', 'Phone number'],
          ['0614141000012', 'Herb growers', '+1 503 555 0100'],
        ],
      },
    ]).toBuffer();
    const response = await api.fetch('/api/master-data', {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
      body: new Uint8Array(workbook),
    });
    expect(await response.json()).toMatchObject({
      problems: [],
      import: { state: 'done', total: 3, done: 3 },
      own: { create: 0, change: 1, none: 0 },
      outside: { create: 2, change: 0, none: 0 },
    });
    expect(response.headers.get('location')).toMatch(/^\/api\/master-data\/imports\//);
    expect(await api.get(response.headers.get('location') ?? '')).toMatchObject({ state: 'done' });
    // What was missing is there now.
    const { records } = await api.get(`/api/fsma/check?gtin=${packed.gtin}&lot=${packed.lot}&place=0860009998001`);
    expect((records as Checked[]).map(({ cte, missing }) => [cte, missing])).toEqual([['receiving', []]]);
    // A note is this gateway's own, and can be taken back.
    await api.send('DELETE', '/api/master-data/organisations/0614141000012');
    const gone = await api
      .send('DELETE', '/api/master-data/organisations/0614141000012')
      .catch((error: unknown) => error);
    expect(gone).toMatchObject({ status: 404 });
  });
});

interface Checked {
  readonly cte: CteKind;
  readonly item: string | null;
  readonly transactionId: string;
  readonly missing: readonly { clause: string; parts: string[] }[];
  readonly remarks: readonly string[];
}

/** A place with everything that a location description has. */
function place(gln: string, name: string, more: object = {}) {
  return {
    type: 'gs1:Place',
    'gs1:globalLocationNumber': gln,
    'gs1:physicalLocationName': name,
    'gs1:address': {
      type: 'gs1:PostalAddress',
      'gs1:streetAddress': `${name} Road`,
      'gs1:addressLocality': 'Salinas',
      'gs1:addressRegion': 'CA',
      'gs1:postalCode': '93901',
      'gs1:addressCountry': { 'gs1:countryCode': 'US' },
    },
    'gs1:contactPoint': { 'gs1:telephone': '+1 831 555 0100' },
    ...more,
  };
}

function product(gtin: string, name: string, more: object = {}) {
  return {
    type: 'gs1:Product',
    'gs1:gtin': gtin,
    'gs1:productName': name,
    packagingSize: '24 count',
    packagingStyle: 'carton',
    foodTraceabilityList: true,
    ...more,
  };
}

/** Master data of the samples' places and products in JSON-LD; one ingredient is left out, and one telephone. */
const masterData = {
  '@context': { gs1: 'https://ref.gs1.org/voc/' },
  '@graph': [
    place('0860009999060', '=1+1 Farm'),
    place('0860009999077', 'Cooler'),
    place('0860009999992', 'Packhouse', { kind: 'packhouse' }),
    place('0860009998001', 'Distribution centre', { 'gs1:contactPoint': {} }),
    place('0860009998018', 'Salad kitchen'),
    place('0860009997004', 'Fish dock'),
    product('00860009999923', 'Romaine, bin', { commodity: 'Lettuce', rawCommodity: true }),
    product('10860009999920', 'Romaine hearts, case', { commodity: 'Lettuce', rawCommodity: false }),
    product('10860009998039', 'Garden salad, case'),
    product('00860009997004', 'Swordfish', { foodSource: 'fishing-vessel' }),
  ],
};

/** The rows of a sheet by the names in its header. */
function tableOf([header = [], ...rows]: readonly (readonly unknown[])[]): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [String(name), row[index]])));
}

async function unzip(bytes: Uint8Array): Promise<Map<string, string>> {
  const { strFromU8, unzipSync } = await import('fflate');
  return new Map(Object.entries(unzipSync(bytes)).map(([name, content]) => [name, strFromU8(content)]));
}
