import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../../ledger-gateway/src/clock.ts';
import { epcisLimits } from '../../../ledger-gateway/src/epcis/limits.ts';
import { type Network, type RunningGateway, startNetwork } from '../network.ts';
import { capture } from './client.ts';
import { document, places } from './events.ts';
import { askForSocket, openSocket } from './socket-client.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** WebSockets on named queries, with a real client on a real gateway. */
let network: Network;
let gateway: RunningGateway;
const events = '/epcis/queries/made/events';
const wait = { timeout: 20_000, interval: 20 };
const sample = (name: string) => ({
  type: 'ObjectEvent',
  eventID: `urn:example:event:${name}`,
  eventTime: '2026-05-04T00:00:00Z',
  eventTimeZoneOffset: '+00:00',
  action: 'OBSERVE',
  bizStep: 'sampling',
  quantityList: [{ epcClass: `https://id.gs1.org/01/09521001000000/10/${name}`, quantity: 1, uom: 'KGM' }],
});
const send = (method: 'POST' | 'DELETE', path: string, body?: unknown) => gateway.api.send(method, path, body);
const captureSamples = async (...names: string[]) =>
  expect(await capture(gateway, document(names.map(sample)))).toMatchObject({ success: true });

beforeAll(async () => {
  network = await startNetwork();
  // Credentials are looked at again soon; all else keeps its time.
  const sleep: typeof systemClock.sleep = (ms, signal) =>
    systemClock.sleep(ms === epcisLimits.socketRecheckMs ? 100 : ms, signal);
  gateway = await network.start('growers', {}, { clock: { ...systemClock, sleep } });
  for (const [name, gln] of Object.entries(places)) {
    await gateway.api.send('PUT', `/api/sites/${gln}`, { name, kind: name === 'field' ? 'field' : 'packhouse' });
  }
  await send('POST', '/epcis/queries', { name: 'made', query: { EQ_bizStep: ['commissioning', 'sampling'] } });
  expect(await capture(gateway, document())).toMatchObject({ success: true });
});

afterAll(() => network?.stop());

test.each([
  ['nobody', `${events}?stream=true`, {}, 401, 'SecurityException'],
  ['a wrong key', `${events}?stream=true`, { authorization: 'Bearer hk_wrong' }, 401, 'SecurityException'],
  ['a query that is not there', '/epcis/queries/none/events?stream=true', null, 404, 'NoSuchNameException'],
  ['neither stream nor schedule', events, null, 400, 'SubscriptionControlsException'],
  ['both', `${events}?stream=true&hour=1`, null, 400, 'SubscriptionControlsException'],
  ['a stream that ends', `${events}?stream=maybe`, null, 400, 'SubscriptionControlsException'],
  ['a minute that no hour has', `${events}?minute=61`, null, 400, 'SubscriptionControlsException'],
  ['two hours', `${events}?hour=1&hour=2`, null, 400, 'SubscriptionControlsException'],
  ['empty reports of a stream', `${events}?stream=true&reportIfEmpty=true`, null, 400, 'SubscriptionControlsException'],
  [
    'a time without a zone',
    `${events}?stream=true&initialRecordTime=2026-01-01`,
    null,
    400,
    'SubscriptionControlsException',
  ],
  ['a page', `${events}?stream=true&nextPageToken=abc`, null, 400, 'SubscriptionControlsException'],
] as const)('%s is refused before the handshake, as a problem', async (_, path, headers, status, type) => {
  const answer = await askForSocket(gateway, path, headers ?? { authorization: `Bearer ${gateway.adminKey}` });
  expect(answer).toMatchObject({ status, body: { status, type: `epcisException:${type}` } });
});

test('what asks for a subscription and is no WebSocket is refused, and another upgrade is left aside', async () => {
  const plain = await gateway.api.fetch(`${events}?stream=true`);
  expect(await plain.json()).toMatchObject({
    type: 'epcisException:SubscriptionControlsException',
    parameter: 'stream',
  });
  // What the HTTP client of Java sends with its first request.
  const headers = {
    authorization: `Bearer ${gateway.adminKey}`,
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
  };
  const asked = request(gateway.url + events, {
    headers: { ...headers, 'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABk' },
  });
  const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  answer.resume();
});

test('handshakes that come to nothing take no place', async () => {
  const headers = { authorization: `Bearer ${gateway.adminKey}`, connection: 'Upgrade', upgrade: 'websocket' };
  for (let asked = 0; asked <= epcisLimits.maxSocketsPerCaller; asked++) {
    // Without Sec-WebSocket-Key.
    const handshake = request(`${gateway.url}${events}?stream=true`, { headers });
    const [answer] = (await once(handshake.end(), 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(400);
    answer.resume();
  }
  const gone = request(`${gateway.url}${events}?stream=true`, { headers });
  gone.on('error', () => undefined).end();
  gone.once('socket', (socket) => socket.once('connect', () => socket.destroy()));
  await new Promise((resolve) => gone.once('close', resolve));
  const client = await openSocket(gateway, `${events}?stream=true`);
  client.socket.terminate();
  const open = async () =>
    /^hopline_epcis_sockets\{.*\} (\d+)$/m.exec(await (await gateway.api.fetch('/metrics')).text())?.[1];
  await vi.waitUntil(async () => (await open()) === '0', wait);
});

test('OPTIONS tells that there are WebSockets', async () => {
  const { status, headers } = await gateway.api.fetch(events, { method: 'OPTIONS' });
  expect([status, headers.get('upgrade')]).toEqual([204, 'websocket']);
});

test('a stream tells what is captured from then on, to each who listens', async () => {
  const [first, second] = [
    await openSocket(gateway, `${events}?stream=true`),
    await openSocket(gateway, `${events}?stream=true`),
  ];
  expect(first.headers).toMatchObject({ 'gs1-epcis-version': '2.0.0' });
  expect(Date.parse(String(first.headers['gs1-query-min-record-time']))).not.toBeNaN();
  await captureSamples('s1', 's2');
  for (const client of [first, second]) {
    await vi.waitUntil(() => client.names().length >= 2, wait);
    expect(client.names()).toEqual(['s1', 's2']);
    expect(client.told[0]?.queryName).toBe('made');
  }
  first.socket.close(1000);
  expect(await first.ended()).toMatchObject({ code: 1000 });
  await captureSamples('s3');
  await vi.waitUntil(() => second.names().length >= 3, wait);
  expect([first.names(), second.names()]).toEqual([
    ['s1', 's2'],
    ['s1', 's2', 's3'],
  ]);
  second.socket.terminate();
});

test('a client that comes again names a record time, and misses nothing', async () => {
  const all = await openSocket(gateway, `${events}?stream=true&initialRecordTime=2020-01-01T00:00:00Z&perPage=2`);
  const expected = ['harvest', 'tagging', 'sampling', 's1', 's2', 's3'];
  await vi.waitUntil(() => all.names().length >= expected.length, wait);
  expect(all.names()).toEqual(expected);
  expect(all.told.map(({ names }) => names.length)).toEqual([2, 2, 2]);
  const last = all.told.flatMap((told) => told.events).find(({ eventID }) => eventID.endsWith(':s1'));
  all.socket.terminate();
  await captureSamples('s4');
  const from = encodeURIComponent(last?.recordTime ?? '');
  const again = await openSocket(gateway, `${events}?stream=true&initialRecordTime=${from}`);
  await vi.waitUntil(() => again.names().includes('s4'), wait);
  expect(again.names()).toEqual(['s1', 's2', 's3', 's4']);
  again.socket.terminate();
  const later = await openSocket(gateway, `${events}?stream=true&initialRecordTime=2099-01-01T00:00:00Z`);
  const now = await openSocket(gateway, `${events}?stream=true`);
  await captureSamples('s5');
  await vi.waitUntil(() => now.names().length > 0, wait);
  expect(later.names()).toEqual([]);
  for (const { socket } of [later, now]) socket.terminate();
});

test('a schedule tells when it is due, and empty reports where they are wanted', async () => {
  const initial = 'initialRecordTime=2020-01-01T00:00:00Z';
  const talking = await openSocket(gateway, `${events}?second=0%2F1&reportIfEmpty=true&${initial}`);
  const quiet = await openSocket(gateway, `${events}?second=0%2F1&${initial}`);
  await vi.waitUntil(() => talking.told.length > 2 && quiet.told.length > 0, wait);
  expect(talking.told[0]?.names).toHaveLength(8);
  expect(talking.told.slice(1).flatMap(({ names }) => names)).toEqual([]);
  expect(quiet.told.map(({ names }) => names.length)).toEqual([8]);
  for (const { socket } of [talking, quiet]) socket.terminate();
});

test('a socket ends when its client speaks, its query goes, or its key is revoked', async () => {
  const speaking = await openSocket(gateway, `${events}?stream=true`);
  speaking.socket.send('hello');
  expect(await speaking.ended()).toMatchObject({ code: 1003 });

  await send('POST', '/epcis/queries', { name: 'short', query: {} });
  const orphan = await openSocket(gateway, '/epcis/queries/short/events?stream=true');
  await send('DELETE', '/epcis/queries/short');
  expect(await orphan.ended()).toEqual({ code: 1000, reason: 'the query was deleted' });

  const { id, key } = await send('POST', '/api/keys', { name: 'partner', roles: ['reader'] });
  const answer = await askForSocket(gateway, `${events}?stream=true`, { authorization: `Bearer ${String(key)}` });
  if (!('told' in answer)) throw new Error(JSON.stringify(answer));
  await send('DELETE', `/api/keys/${String(id)}`);
  expect(await answer.ended()).toMatchObject({ code: 1008 });
});

test('a session opens sockets from our own pages only', async () => {
  const signedIn = await gateway.api.fetch('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: gateway.adminKey }),
  });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const from = (origin: Record<string, string>) =>
    askForSocket(gateway, `${events}?stream=true`, { cookie, ...origin });
  expect(await from({})).toMatchObject({ status: 403 });
  expect(await from({ origin: 'https://elsewhere.example' })).toMatchObject({ status: 403 });
  const own = await from({ origin: new URL(gateway.url).origin });
  if (!('told' in own)) throw new Error(JSON.stringify(own));
  own.socket.terminate();
});

test('one caller has so many sockets, and a gateway that stops ends them all', async () => {
  const ours = await Promise.all(
    Array.from({ length: epcisLimits.maxSocketsPerCaller }, () => openSocket(gateway, `${events}?stream=true`)),
  );
  expect(await askForSocket(gateway, `${events}?stream=true`)).toMatchObject({ status: 429 });
  ours[0]?.socket.close();
  await ours[0]?.ended();
  const freed = await openSocket(gateway, `${events}?stream=true`);
  await gateway.stop();
  for (const client of [...ours.slice(1), freed]) {
    expect(await client.ended()).toEqual({ code: 1001, reason: 'the gateway stops' });
  }
});
