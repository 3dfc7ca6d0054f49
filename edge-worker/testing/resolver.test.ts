import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problem } from '@hopline/protocol';
import { descriptionPath } from '@hopline/protocol/resolver';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LocalEdge, startLocalEdge } from '../local/index.ts';
import { resolverLimits } from '../src/resolver/limits.ts';
import { keyOf, publicKeyText } from './keys.ts';

/**
 * Digital Links at a local edge, with a real HTTP server for the gateway that answers as gateways do. The gateway itself is
 * asked through an edge in test/gateway.
 */
type Answering = (request: IncomingMessage, response: ServerResponse) => void;

const lot = '/01/09521002002003/10/L-1';
const publicUrl = 'https://gateway.example';
const asOf = 'height=7, ledger-height=7, lag-ms=0, stale=?0';
let gateway: Server;
let edge: LocalEdge;
let dataDir: string;
let answering: Answering;
const asked: IncomingMessage[] = [];

const answer =
  (status: number, headers: Record<string, string>, body: unknown = {}): Answering =>
  (_request, response) => {
    response.writeHead(status, headers).end(status === 307 ? '' : JSON.stringify(body));
  };
const linkset = answer(
  200,
  {
    'content-type': 'application/linkset+json',
    'cache-control': 'public, max-age=60',
    'hopline-as-of': asOf,
    link: `<${publicUrl}${lot}?linkType=linkset>; rel="linkset"`,
    'set-cookie': 'a=b',
  },
  { linkset: [] },
);

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(edge.url + path, { method, headers, redirect: 'manual' });

beforeAll(async () => {
  gateway = createServer((request, response) => {
    asked.push(request);
    // The edge node's own errands are none of this test's.
    if (request.url?.startsWith('/edge/')) return answer(503, {})(request, response);
    answering(request, response);
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  const { port } = gateway.address() as AddressInfo;
  dataDir = await mkdtemp(join(tmpdir(), 'hopline-edge-links-'));
  const node = {
    mspId: 'FreshHubMSP',
    registryKey: publicKeyText(await keyOf('registry')),
    gateways: [
      { mspId: 'RetailMSP', url: 'http://127.0.0.1:9', token: 'a-token-that-nobody-asks-for' },
      { mspId: 'FreshHubMSP', url: `http://127.0.0.1:${port}/`, token: 'gateway-token-of-the-tests-0123456789' },
    ],
    apiTokenDigests: [],
  };
  edge = await startLocalEdge({ dataDir, port: 0, nodes: { '9501101530003/0': node } });
});

afterAll(async () => {
  await edge?.stop();
  gateway?.closeAllConnections();
  gateway?.close();
  await rm(dataDir, { recursive: true, force: true });
});

beforeEach(() => {
  asked.length = 0;
  answering = linkset;
});

const askedFor = () => asked.filter(({ url }) => !url?.startsWith('/edge/')).map(({ url }) => url);

describe('what may be kept', () => {
  test('a linkset is asked for once, and given again with its age', async () => {
    const path = `${lot}?linkType=linkset`;
    const first = await ask(path);
    expect(first.status).toBe(200);
    expect(await first.json()).toEqual({ linkset: [] });
    expect(first.headers.get('hopline-as-of')).toBe(asOf);
    expect(first.headers.get('link')).toContain('rel="linkset"');
    expect(first.headers.get('set-cookie')).toBeNull();
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    const again = await ask(path);
    expect(await again.json()).toEqual({ linkset: [] });
    expect(Number(again.headers.get('age'))).toBeLessThanOrEqual(resolverLimits.keepMs / 1000);
    expect(askedFor()).toEqual([path]);
  });

  test('somebody with credentials is never given what was kept, nor is their answer kept', async () => {
    const path = `${lot}-secret?linkType=linkset`;
    await ask(path, { authorization: 'Bearer hk_somebody' });
    await ask(path, { authorization: 'Bearer hk_somebody' });
    await ask(path);
    expect(askedFor()).toEqual([path, path, path]);
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer hk_somebody',
      'Bearer hk_somebody',
      undefined,
    ]);
  });

  test.each([
    ['private, no-store', 200],
    ['no-store', 404],
    ['', 200],
  ])('an answer with Cache-Control "%s" and status %i is asked for each time', async (control, status) => {
    answering = answer(status, { 'content-type': 'application/json', 'cache-control': control });
    const path = `/01/09521002002003/10/${status}-${control.length}`;
    await ask(path, { accept: 'application/json' });
    await ask(path, { accept: 'application/json' });
    expect(askedFor()).toHaveLength(2);
  });
});

describe('a recall status', () => {
  test('comes through the edge, fresh each time, whatever the gateway lets others keep', async () => {
    const target = `/api/digital-link/recall-status${lot}`;
    answering = (request, response) =>
      request.url === target
        ? answer(
            200,
            { 'content-type': 'application/ld+json', 'cache-control': 'public, max-age=60', 'hopline-as-of': asOf },
            { status: asked.length > 2 ? 'open' : 'none' },
          )(request, response)
        : answer(307, { location: publicUrl + target, 'cache-control': 'public, max-age=60' })(request, response);
    const path = `${lot}?linkType=gs1:recallStatus`;
    const first = await ask(path);
    expect(first.status).toBe(200);
    expect(first.headers.get('content-location')).toBe(publicUrl + target);
    expect(await first.json()).toEqual({ status: 'none' });
    expect(await (await ask(path)).json()).toEqual({ status: 'open' });
    // By the address that the edge knows, not by the one that the redirect names.
    expect(askedFor()).toEqual([path, target, path, target]);
  });
});

describe('a page', () => {
  test('is where the default link leads: browsers of all kinds ask the same and are sent there', async () => {
    answering = answer(307, { location: `${publicUrl}/page${lot}-p`, 'cache-control': 'public, max-age=60' });
    const firefox = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    for (const accept of [firefox, 'text/html', '*/*']) {
      const response = await ask(`${lot}-p`, { accept });
      expect(response.status).toBe(307);
      expect(response.headers.get('location')).toBe(`${publicUrl}/page${lot}-p`);
    }
    expect(askedFor()).toEqual([`${lot}-p`]);
    expect(asked[0]?.headers.accept).toBe('*/*');
  });

  test('that a gateway puts elsewhere is not fetched by the edge', async () => {
    answering = answer(307, { location: 'http://127.0.0.1:9/api/other', 'cache-control': 'no-store' });
    const response = await ask(`${lot}-elsewhere`);
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('http://127.0.0.1:9/api/other');
    expect(askedFor()).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['/01/09521002002004', 'gs1-check-digit'],
    ['/ARHKVAdpQg', 'gs1-compressed'],
  ])('%s needs no gateway to be refused', async (path, code) => {
    const response = await ask(path);
    expect(response.status).toBe(400);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({ code });
    expect(askedFor()).toEqual([]);
  });

  test('a problem of the gateway is given as it is', async () => {
    const refused = problem('unauthenticated', 401, 'what is known of a place needs credentials');
    answering = answer(401, { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' }, refused);
    const response = await ask('/414/9520123456788', { accept: 'application/ld+json' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toEqual(refused);
  });

  test.each<[string, Answering]>([
    ['is out of order', answer(500, {})],
    ['breaks off', (_request, response) => response.destroy()],
    ['sends too much', (_request, response) => response.end(Buffer.alloc(resolverLimits.maxAnswerBytes + 1, ' '))],
  ])('a gateway that %s is one that cannot be reached', async (what, wrong) => {
    answering = wrong;
    const response = await ask(`/01/09521002002003/10/${what.length}`, { accept: 'application/json' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe(String(resolverLimits.retryAfterSeconds));
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ code: 'gateway-unreachable' });
  });

  test('HEAD has no body, OPTIONS says what may be asked, other methods are not there', async () => {
    const head = await ask(`${lot}-head`, { accept: 'application/linkset+json' }, 'HEAD');
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    const options = await ask(lot, { origin: 'https://shop.example' }, 'OPTIONS');
    expect(options.status).toBe(204);
    expect(options.headers.get('access-control-allow-methods')).toMatch(/GET.*HEAD/);
    expect((await ask(lot, {}, 'POST')).status).toBe(404);
  });

  test('the edge describes itself without the gateway', async () => {
    const response = await ask(descriptionPath);
    expect(await response.json()).toMatchObject({
      name: 'Edge of FreshHubMSP',
      resolverRoot: edge.url,
      supportedPrimaryKeys: ['00', '01', '414'],
    });
    expect(askedFor()).toEqual([]);
  });
});
