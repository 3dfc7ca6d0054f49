import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Network, type RunningGateway, startNetwork } from '../network.ts';
import { capture, findEvents, finishedJob, postCapture } from './client.ts';
import { document, eventList, places } from './events.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** Capture through HTTP: what is promised, what is refused, and where it says the fault is. */
let network: Network;
let gateway: RunningGateway;

beforeAll(async () => {
  network = await startNetwork();
  gateway = await network.start('growers');
  for (const [name, gln] of Object.entries(places)) {
    await gateway.api.send('PUT', `/api/sites/${gln}`, { name, kind: name === 'field' ? 'field' : 'packhouse' });
  }
});

afterAll(() => network?.stop());

const samples = join(import.meta.dirname, '..', '..', '..', 'data', 'fsma204');
const lot = (name: string) => `https://id.gs1.org/01/09521001000000/10/${name}`;
const observed = (eventID: string, more: object = {}) => ({
  type: 'ObjectEvent',
  eventID,
  eventTime: '2026-05-05T06:00:00Z',
  eventTimeZoneOffset: '+00:00',
  action: 'OBSERVE',
  bizStep: 'inspecting',
  readPoint: { id: `https://id.gs1.org/414/${places.packhouse}` },
  quantityList: [{ epcClass: lot('SEEN'), quantity: 1 }],
  ...more,
});
const shipped = (eventID: string, name: string) =>
  observed(eventID, {
    bizStep: 'shipping',
    quantityList: [{ epcClass: lot(name), quantity: 1, uom: 'KGM' }],
    destinationList: [{ type: 'location', destination: 'https://id.gs1.org/414/9521002000009' }],
  });
const boxes = ['24', '31', '48'].map((end) => `https://id.gs1.org/00/0952100100000000${end}`);
const countOf = async (path: string) => (await findEvents(gateway, path)).events.length;

test('a document becomes a job with an address, and its events are there once, however often they come', async () => {
  const response = await postCapture(gateway, document());
  expect(response.status).toBe(202);
  expect(response.headers.get('GS1-EPCIS-Version')).toBe('2.0.0');
  const location = response.headers.get('location') ?? '';
  expect(location).toMatch(/^\/epcis\/capture\/[0-9a-f]{32}$/);
  const job = await finishedJob(gateway, location);
  expect(job).toMatchObject({ running: false, success: true, captureErrorBehaviour: 'rollback', errors: [] });
  expect(job).toHaveProperty('createdAt');
  expect(job).toHaveProperty('finishedAt');
  expect(await capture(gateway, document(), 'proceed')).toMatchObject({ success: true });
  expect(await capture(gateway, document([...eventList].reverse()))).toMatchObject({ success: true });
  expect(await countOf('/epcis/events?perPage=100')).toBe(eventList.length);
});

test('an event comes back as it was captured, with its record time', async () => {
  const asSent = { 'GS1-EPC-Format': 'Never_Translates' };
  const { events, response } = await findEvents(gateway, '/epcis/events?EQ_eventID=urn:example:event:checking', asSent);
  const body = await findEvents(gateway, `/epcis/events/${encodeURIComponent('urn:example:event:checking')}`, asSent);
  const [{ recordTime, ...event } = {}] = events;
  expect(event).toEqual(eventList.find(({ eventID }) => eventID === 'urn:example:event:checking'));
  expect(new Date(String(recordTime)).toISOString()).toBe(recordTime);
  expect(body.events).toEqual(events);
  expect(response.headers.get('content-type')).toBe('application/json');
});

test('an answer is what the schema of the standard wants: the query has a name, and terms are bare', async () => {
  const tagging = '/epcis/events?EQ_eventID=urn:example:event:tagging';
  expect(await gateway.api.get(tagging)).toMatchObject({
    epcisBody: {
      queryResults: { queryName: 'SimpleEventQuery', resultsBody: { eventList: [{ disposition: 'active' }] } },
    },
  });
  const asSent = await findEvents(gateway, tagging, { 'GS1-EPC-Format': 'Never_Translates' });
  expect(asSent.events).toMatchObject([{ disposition: 'urn:epcglobal:cbv:disp:active' }]);
});

test('a correction stands beside the event, and another event of the same id is a conflict that shows', async () => {
  const declared = {
    ...observed('urn:example:a'),
    errorDeclaration: { declarationTime: '2026-05-06T00:00:00Z', reason: 'incorrect_data' },
  };
  expect(await capture(gateway, [observed('urn:example:a')])).toMatchObject({ success: true, conflicts: [] });
  expect(await capture(gateway, [declared])).toMatchObject({ success: true, conflicts: [] });
  const both = '/epcis/events/urn%3Aexample%3Aa';
  expect((await findEvents(gateway, both)).events.map((event) => 'errorDeclaration' in event)).toEqual([false, true]);
  const other = observed('urn:example:a', { disposition: 'damaged' });
  const conflict = { pointer: '/0', eventID: 'urn:example:a', event: expect.stringMatching(/^ni:\/\/\/sha-256;/) };
  expect(await capture(gateway, [other])).toMatchObject({ success: true, conflicts: [conflict] });
  expect(await capture(gateway, [other])).toMatchObject({ success: true, conflicts: [conflict] });
  expect((await findEvents(gateway, both)).events).toHaveLength(3);
});

test('rollback: one bad event, and nothing is captured', async () => {
  const before = await countOf('/epcis/events?perPage=100');
  const bad = [observed('urn:example:b1'), shipped('urn:example:b2', 'NOBODY-HAS-IT'), observed('urn:example:b3')];
  const job = await capture(gateway, document(bad));
  expect(job).toMatchObject({
    success: false,
    errors: [
      { code: 'not-held', pointer: '/epcisBody/eventList/1', type: 'epcisException:ValidationException', status: 400 },
    ],
  });
  expect(await countOf('/epcis/events?perPage=100')).toBe(before);
});

test('proceed: the bad ones are named, each with its place, and the others are captured', async () => {
  const many = Array.from({ length: 60 }, (_, at) => {
    if (at === 3 || at === 52) return shipped(`urn:example:p${at}`, `MISSING-${at}`);
    if (at === 57) return observed(`urn:example:p${at}`, { bizStep: 'inspektion' });
    return observed(`urn:example:p${at}`, { quantityList: [{ epcClass: lot(`P${at}`), quantity: 1 }] });
  });
  const job = await capture(gateway, document(many), 'proceed');
  expect(job.success).toBe(false);
  expect(job.errors.map(({ pointer, code, eventID }) => [pointer, code, eventID])).toEqual([
    ['/epcisBody/eventList/3', 'not-held', 'urn:example:p3'],
    ['/epcisBody/eventList/52', 'not-held', 'urn:example:p52'],
    ['/epcisBody/eventList/57/bizStep', 'epcis-term', 'urn:example:p57'],
  ]);
  expect(await countOf('/epcis/events?perPage=200&EQ_bizStep=inspecting&GE_eventTime=2026-05-05T06:00:00Z')).toBe(
    57 + 3,
  );
});

/** Documents that are refused at once: status, code, and where the fault is. */
const refusals: ReadonlyArray<readonly [what: string, body: unknown, status: number, code: string, pointer: string]> = [
  ['no JSON', '{"a":', 400, 'epcis-malformed', ''],
  ['an entity attack', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 415, 'epcis-xml', ''],
  [
    'an unknown term',
    document([observed('urn:x:1', { bizStep: 'shiping' })]),
    400,
    'epcis-term',
    '/epcisBody/eventList/0/bizStep',
  ],
  [
    'a wrong check digit',
    [observed('urn:x:2', { epcList: ['https://id.gs1.org/01/09521001000009/21/1'] })],
    400,
    'gs1-check-digit',
    '/0/epcList/0',
  ],
  ['a misspelt field', [observed('urn:x:3', { dispositon: 'active' })], 400, 'epcis-malformed', '/0/dispositon'],
  [
    'a field that is given twice',
    JSON.stringify(document([observed('urn:x:3')])).replace('"bizStep"', '"bizStep":"shipping","bizStep"'),
    400,
    'epcis-malformed',
    '/epcisBody/eventList/0/bizStep',
  ],
  [
    'a field that JavaScript has for itself',
    JSON.stringify([observed('urn:x:3')]).replace('"bizStep"', '"__proto__":{"bizStep":"shipping"},"bizStep"'),
    400,
    'epcis-malformed',
    '/0/__proto__',
  ],
  ['deep nesting', `[${'['.repeat(40)}${']'.repeat(40)}]`, 413, 'epcis-limit', '/0'.repeat(32)],
  ['no event', document([]), 400, 'epcis-malformed', ''],
  ['another version', { ...document(), schemaVersion: '1.2' }, 400, 'version-unknown', '/schemaVersion'],
];

test.each(refusals)('%s is refused at once', async (_, body, status, code, pointer) => {
  const response = await postCapture(gateway, body);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = await response.json();
  expect(problem).toMatchObject({ status, code, pointer });
  expect(response.status).toBe(status);
});

test.each([
  [
    'a time in the future',
    [observed('urn:x:4', { eventTime: '2999-01-01T00:00:00Z' })],
    'event-malformed',
    '/eventTime',
  ],
  [
    'a place that nobody has registered',
    [observed('urn:x:6', { readPoint: { id: 'https://id.gs1.org/414/9521001000031' } })],
    'unknown-site',
    '/readPoint',
  ],
  [
    'a unit within itself',
    [
      observed('urn:x:50', { action: 'ADD', bizStep: 'commissioning', quantityList: undefined, epcList: boxes }),
      ...boxes.map((parentID, at) => ({
        ...observed(`urn:x:5${at + 1}`, { type: 'AggregationEvent', action: 'ADD', bizStep: 'packing' }),
        quantityList: undefined,
        parentID,
        childEPCs: [boxes[(at + 1) % boxes.length]],
      })),
    ],
    'unit-cycle',
    '',
  ],
])('%s is refused by the ledger, with its place', async (_, events, code, field) => {
  const pointer = `/epcisBody/eventList/${events.length - 1}${field}`;
  const type = 'epcisException:ValidationException';
  for (const behaviour of ['rollback', 'proceed']) {
    const { errors } = await capture(gateway, document(events), behaviour);
    expect(errors).toMatchObject([{ code, pointer, type, status: 400 }]);
  }
});

test('no refusal of an event looks like one that is there already, or like an address that is not', async () => {
  const post = (event: object, path: string) => gateway.api.send('POST', path, event).catch((problem) => problem);
  const missing = shipped('urn:example:single-missing', 'NOBODY-HAS-IT');
  expect(await post(missing, '/epcis/events')).toMatchObject({ status: 400, code: 'not-held' });
  const nowhere = observed('urn:x:61', { readPoint: { id: 'https://id.gs1.org/414/9521001000031' } });
  expect(await post(nowhere, '/epcis/events')).toMatchObject({ status: 400, code: 'unknown-site' });
  const twice = JSON.stringify(observed('urn:x:62')).replace('"bizStep"', '"bizStep":"shipping","bizStep"');
  const headers = { 'content-type': 'application/json' };
  const plain = await gateway.api.fetch('/api/capture', { method: 'POST', headers, body: twice });
  expect(await plain.json()).toMatchObject({ status: 400, code: 'epcis-malformed', pointer: '/bizStep' });
});

test('nothing is unpacked', async () => {
  const body = gzipSync(JSON.stringify([observed('urn:x:63')]));
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  for (const path of ['/epcis/capture', '/epcis/events', '/epcis/queries', '/api/capture']) {
    const response = await gateway.api.fetch(path, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({
      status: 415,
      code: 'unsupported-media-type',
      contentEncoding: 'gzip',
    });
  }
});

test('XML is not read at all', async () => {
  const response = await postCapture(gateway, '<a/>', { 'content-type': 'application/xml' });
  expect(await response.json()).toMatchObject({
    type: 'epcisException:UnsupportedMediaTypeException',
    status: 415,
    code: 'unsupported-media-type',
  });
});

test('what is too large is refused before it is read, and says how large it may be', async () => {
  let sent = 0;
  const chunk = new Uint8Array(64 * 1024).fill(32);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += chunk.length;
      if (sent > 100 * 1024 * 1024) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const request = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/json' } };
  const response = await gateway.api.fetch('/epcis/capture', request as RequestInit).catch(() => null);
  // The server may close the connection while the client still sends: either way most of it was never sent.
  if (response) {
    expect(response.status).toBe(413);
    expect(response.headers.get('GS1-EPCIS-Capture-File-Size-Limit')).toBe('4194304');
  }
  expect(sent).toBeLessThan(50 * 1024 * 1024);
});

test('a document that does not fit one transaction is told to proceed', async () => {
  const many = Array.from({ length: 201 }, (_, at) => observed(`urn:example:many${at}`));
  const response = await postCapture(gateway, document(many));
  expect(response.status).toBe(413);
  expect(response.headers.get('GS1-EPCIS-Capture-Limit')).toBe('5000');
  expect(await response.json()).toMatchObject({
    type: 'epcisException:CaptureLimitExceededException',
    title: expect.stringContaining('GS1-Capture-Error-Behaviour: proceed'),
    events: 201,
    maxEventsPerTransaction: 200,
  });
});

test('one event at once: 201 with its address, and 409 for the same again', async () => {
  const event = observed('urn:example:single', { disposition: 'in_progress' });
  const post = () =>
    gateway.api.fetch('/epcis/events', {
      method: 'POST',
      headers: { 'content-type': 'application/ld+json' },
      body: JSON.stringify(event),
    });
  const created = await post();
  expect(created.status).toBe(201);
  expect(await created.json()).toEqual(event);
  expect((await findEvents(gateway, created.headers.get('location') ?? '')).events).toMatchObject([event]);
  const again = await post();
  expect(await again.json()).toMatchObject({ type: 'epcisException:ResourceAlreadyExistsException', status: 409 });
});

test('the sample documents of FSMA 204 go through as they are', async () => {
  const policy = { notHeld: 'flag', notShipped: 'flag', massBalance: 'flag', unitOfMeasure: 'flag' };
  await gateway.api.send('PUT', '/api/policy', policy);
  for (const part of ['9999077', '9997004', '9999060', '9999992', '9998001', '9998018']) {
    await gateway.api.send('PUT', `/api/sites/086000${part}`, { name: `Site ${part}`, kind: 'other' });
  }
  const names = ['harvest', 'cooling', 'initial-packing', 'first-land-based-receiver', 'shipping', 'receiving'];
  const conflicts: string[] = [];
  for (const name of [...names, 'transformation']) {
    const job = await capture(gateway, await readFile(join(samples, `${name}-cte.jsonld`), 'utf8'));
    expect(job, name).toMatchObject({ success: true, errors: [] });
    conflicts.push(...job.conflicts.map(({ pointer }) => `${name} ${pointer}`));
  }
  // Two documents use one eventID for two events.
  expect(conflicts).toEqual(['receiving /epcisBody/eventList/0']);
  const lots = await findEvents(
    gateway,
    '/epcis/events?perPage=100&MATCH_anyEPCClass=https://id.gs1.org/01/10860009999920/*',
  );
  expect(lots.events.length).toBeGreaterThan(3);
});

test('master data in the header is not captured, and that is said', async () => {
  const epcisMasterData = { vocabularyList: [{ type: 'urn:epcglobal:epcis:vtype:BusinessLocation' }] };
  const withHeader = (name: string) => ({ ...document([observed(name)]), epcisHeader: { epcisMasterData } });
  const warning = { code: 'master-data-not-captured', pointer: '/epcisHeader/epcisMasterData' };
  for (const behaviour of ['rollback', 'proceed']) {
    const job = await capture(gateway, withHeader(`urn:example:header-${behaviour}`), behaviour);
    expect(job).toMatchObject({ success: true, errors: [], warnings: [warning] });
  }
  expect(await capture(gateway, document([observed('urn:example:header-rollback')]))).toMatchObject({ warnings: [] });
  const post = (path: string, body: object) =>
    gateway.api.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const own = await post('/api/capture', withHeader('urn:example:header-own'));
  expect(await own.json()).toMatchObject({ warnings: [warning] });
  const one = await post('/epcis/events', withHeader('urn:example:header-one'));
  expect(await one.json()).toMatchObject({ status: 400, pointer: '/epcisHeader/epcisMasterData' });
});

test('jobs are listed from the latest on, page by page', async () => {
  const ids: string[] = [];
  let path: string | undefined = '/epcis/capture?perPage=4';
  for (; path !== undefined; ) {
    const page = await gateway.api.fetch(path);
    ids.push(...((await page.json()) as { captureID: string }[]).map(({ captureID }) => captureID));
    path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(8);
});

test('strangers may ask what it can do, and nothing else', async () => {
  const anonymous = (path: string, method = 'GET') => fetch(gateway.url + path, { method });
  for (const path of ['/epcis/events', '/epcis/bizSteps', '/epcis/capture', '/epcis/queries', '/epcis']) {
    expect(await (await anonymous(path)).json()).toMatchObject({
      type: 'epcisException:SecurityException',
      status: 401,
    });
  }
  const options = await anonymous('/epcis/capture', 'OPTIONS');
  expect(options.status).toBe(204);
  expect(Object.fromEntries(options.headers)).toMatchObject({
    allow: 'OPTIONS, POST, GET, HEAD',
    'gs1-epcis-version': '2.0.0',
    'gs1-cbv-version': '2.0.0',
    'gs1-capture-error-behaviour': 'all',
    'gs1-epcis-capture-limit': '5000',
  });
});
