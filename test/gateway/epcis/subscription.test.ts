import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { apiOf, type Network, type RunningGateway, startNetwork } from '../network.ts';
import { capture, findEvents, postCapture } from './client.ts';
import { document, nameOf, places } from './events.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Named queries and their subscribers, with a gateway that is killed while it captures and reports. */
const main = join(import.meta.dirname, '..', '..', '..', 'ledger-gateway', 'src', 'main.ts');
const token = '13df38d8275b13f05704629e5f1cf3d45d6132d5';
let network: Network;
let gateway: RunningGateway;
const children: ChildProcess[] = [];

interface Report {
  readonly id: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly names: readonly string[];
}

/** Somebody who is told, and takes every report. */
const reports: Report[] = [];
let receiver: Server;
const receiverUrl = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts).toString('utf8');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const { eventList: events } = JSON.parse(body).epcisBody.queryResults.resultsBody;
    const names = (events as { eventID: string }[]).map(({ eventID }) => nameOf(eventID));
    reports.push({ id: headers['webhook-id'] ?? '', path: request.url ?? '', headers, body, names });
    response.end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  network = await startNetwork();
  gateway = await network.start('growers', { notify: { allowPrivate: true } });
  for (const [name, gln] of Object.entries(places)) {
    await gateway.api.send('PUT', `/api/sites/${gln}`, { name, kind: name === 'field' ? 'field' : 'packhouse' });
  }
});

afterAll(async () => {
  for (const child of children) await kill(child);
  await network?.stop();
  receiver?.close();
});

const to = (path: string) => reports.filter((report) => report.path === path);
const post = (path: string, body: unknown) =>
  gateway.api.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const subscribe = async (query: string, more: object) => {
  const response = await post(`/epcis/queries/${query}/subscriptions`, { signatureToken: token, ...more });
  return { response, body: (await response.json()) as Record<string, unknown> };
};

test('a query has a name, answers, and is deleted with its subscriptions', async () => {
  const query = { eventType: ['ObjectEvent'], EQ_bizStep: ['commissioning', 'sampling'] };
  const created = await post('/epcis/queries', { name: 'made', query });
  expect([created.status, created.headers.get('location')]).toEqual([201, '/epcis/queries/made']);
  expect((await post('/epcis/queries', { name: 'made', query })).status).toBe(409);
  expect(await (await post('/epcis/queries', { name: 'wrong', query: { EQ_colour: ['red'] } })).json()).toMatchObject({
    type: 'epcisException:QueryParameterException',
    parameter: 'EQ_colour',
  });
  expect(await gateway.api.get('/epcis/queries/made')).toEqual({ name: 'made', query });
  expect(await (await gateway.api.fetch('/epcis/queries/none')).json()).toMatchObject({
    type: 'epcisException:NoSuchNameException',
    status: 404,
  });
  const { body } = await subscribe('made', { dest: `${receiverUrl()}/made`, stream: true });
  expect((await gateway.api.fetch('/epcis/queries/made', { method: 'DELETE' })).status).toBe(204);
  const gone = `/epcis/queries/made/subscriptions/${String(body.subscriptionID)}`;
  expect((await gateway.api.fetch(gone)).status).toBe(404);
  expect((await gateway.api.fetch('/epcis/queries/made/events')).status).toBe(404);
  expect((await post('/epcis/queries', { name: 'made', query })).status).toBe(201);
});

test('a query keeps the prefixes of the header that it came with', async () => {
  const query = { 'EQ_ex:crew': ['night'] };
  const made = await gateway.api.fetch('/epcis/queries', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'GS1-Extensions': 'ex=https://ns.example.com/epcis/' },
    body: JSON.stringify({ name: 'prefixed', query }),
  });
  expect(made.status).toBe(201);
  const kept = { ...query, '@context': [{ ex: 'https://ns.example.com/epcis/' }] };
  expect(await gateway.api.get('/epcis/queries/prefixed')).toEqual({ name: 'prefixed', query: kept });
});

test('a stream reports what is captured from then on, signed, and a list of it all is not asked for', async () => {
  const { response, body } = await subscribe('made', { dest: `${receiverUrl()}/stream`, stream: true });
  expect(response.status).toBe(201);
  expect(body).not.toHaveProperty('signatureToken');
  expect(body).toMatchObject({ queryName: 'made', epcFormat: 'Always_GS1_Digital_Link' });
  expect(await capture(gateway, document())).toMatchObject({ success: true });
  await vi.waitUntil(() => to('/stream').length > 0, { timeout: 20_000, interval: 50 });
  const [report] = to('/stream');
  expect(report?.names).toEqual(['harvest', 'tagging', 'sampling']);
  const secret = `whsec_${Buffer.from(token).toString('base64')}`;
  expect(new Webhook(secret).verify(report?.body ?? '', report?.headers ?? {})).toMatchObject({
    type: 'EPCISQueryDocument',
    epcisBody: { queryResults: { queryName: 'made', subscriptionID: body.subscriptionID } },
  });
  expect(report?.headers['gs1-signature']).toBe(report?.headers['webhook-signature']);
  expect((await findEvents(gateway, '/epcis/queries/made/events')).names).toEqual(report?.names);
  expect((await findEvents(gateway, '/epcis/queries/prefixed/events')).names).toEqual(['harvest', 'tagging']);
  const path = `/epcis/queries/made/subscriptions/${String(body.subscriptionID)}`;
  await vi.waitUntil(async () => 'lastNotifiedAt' in (await gateway.api.get(path)), { timeout: 10_000, interval: 50 });
});

test('a schedule reports from its initial time on, and an empty report where it is wanted', async () => {
  const schedule = { second: '0/1' };
  const more = { schedule, reportIfEmpty: true, initialRecordTime: '2020-01-01T00:00:00Z' };
  const { body } = await subscribe('made', { ...more, dest: `${receiverUrl()}/every-second` });
  await vi.waitUntil(() => to('/every-second').length > 2, { timeout: 20_000, interval: 50 });
  expect(to('/every-second').flatMap(({ names }) => names)).toEqual(['harvest', 'tagging', 'sampling']);
  const path = `/epcis/queries/made/subscriptions/${String(body.subscriptionID)}`;
  expect((await gateway.api.fetch(path, { method: 'DELETE' })).status).toBe(204);
  expect((await gateway.api.fetch(path)).status).toBe(404);
});

test.each([
  [{ stream: true, schedule: { hour: '1' } }, 'epcisException:SubscriptionControlsException'],
  [{}, 'epcisException:SubscriptionControlsException'],
  [{ schedule: { hour: 25 } }, 'epcisException:SubscriptionControlsException'],
  [{ stream: true, signatureToken: 'short' }, 'epcisException:ValidationException'],
  [{ stream: true, dest: 'ftp://example.com/' }, 'epcisException:ValidationException'],
  [{ stream: true, colour: 'red' }, 'epcisException:ValidationException'],
])('a subscription with %j is refused', async (more, type) => {
  const { body } = await subscribe('made', { dest: `${receiverUrl()}/never`, ...more });
  expect(body).toMatchObject({ type, status: 400 });
});

test('killed in the middle, it goes on: each event is captured once and reported once', async () => {
  await gateway.stop();
  const configFile = join(network.folder, 'killed.json');
  await writeFile(configFile, JSON.stringify(network.options('growers', { notify: { allowPrivate: true } })));
  let running = await start(configFile);
  // More than one group of events, and so more than one transaction.
  const events = Array.from({ length: 60 }, (_, at) => ({
    type: 'ObjectEvent',
    eventID: `urn:example:event:killed-${at}`,
    eventTime: '2026-05-04T00:00:00Z',
    eventTimeZoneOffset: '+00:00',
    action: 'OBSERVE',
    bizStep: 'sampling',
    quantityList: [{ epcClass: `https://id.gs1.org/01/09521001000000/10/K${at}`, quantity: 1, uom: 'KGM' }],
  }));
  const before = network.ledger.height();
  const accepted = await postCapture(running.gateway, document(events), { 'GS1-Capture-Error-Behaviour': 'proceed' });
  expect(accepted.status).toBe(202);
  const location = accepted.headers.get('location') ?? '';
  // Killed after each block until nothing is left to do: between commit and note, and between note and report.
  for (let blocks = 1; blocks <= 2; blocks++) {
    await vi.waitUntil(() => network.ledger.height() >= before + blocks, { timeout: 120_000, interval: 1 });
    await kill(running.child);
    running = await start(configFile);
  }
  await vi.waitUntil(async () => (await running.gateway.api.get(location)).running === false, {
    timeout: 120_000,
    interval: 50,
  });
  expect(await running.gateway.api.get(location)).toMatchObject({ success: true, errors: [] });
  const { names } = await findEvents(running.gateway, '/epcis/events?perPage=500&EQ_bizStep=sampling');
  const expected = events.map(({ eventID }) => nameOf(eventID));
  expect(names.filter((name) => name.startsWith('killed-'))).toEqual(expected);
  const reported = () => {
    // A report is delivered at least once: its id tells a repetition.
    const byId = new Map(to('/stream').map((report) => [report.id, report.names]));
    return [...byId.values()].flat().filter((name) => name.startsWith('killed-'));
  };
  await vi.waitUntil(() => reported().length >= events.length, { timeout: 120_000, interval: 50 });
  expect(reported().sort()).toEqual([...expected].sort());
  await kill(running.child);
});

async function start(configFile: string): Promise<{ child: ChildProcess; gateway: RunningGateway }> {
  const child = spawn(process.execPath, [main, '--config', configFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      const [, found] = /listens on (\S+)/.exec(text) ?? [];
      if (found) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${String(code)}: ${text}`)));
  });
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).ok, { timeout: 120_000, interval: 50 });
  return { child, gateway: { ...gateway, url, api: apiOf(url, gateway.adminKey) } };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
