import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, type LocalGateway, startLocalGateway } from '../testing/local-gateway.ts';
import { httpLimits } from './limits.ts';

/** Who may do what, through the front door. The ledger is away: nothing here needs one. */
const issuer = 'https://issuer.example';
const audience = 'hopline';
const { publicKey, privateKey } = await generateKeyPair('ES256');
const stranger = await generateKeyPair('ES256');

let jwks: Server;
let gateway: LocalGateway;
let nowMs = Date.now();

beforeAll(async () => {
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
  jwks = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(keys));
  }).listen(0, '127.0.0.1');
  await once(jwks, 'listening');
  const { port } = jwks.address() as AddressInfo;
  gateway = await startLocalGateway(
    {
      oidc: {
        issuer,
        audience,
        jwksUrl: `http://127.0.0.1:${port}/keys`,
        rolesClaim: 'realm_access.roles',
        roleNames: { 'cold-chain-lead': 'quality' },
      },
    },
    { clock: { now: () => nowMs, sleep: (ms, signal) => sleep(ms, signal) } },
  );
});

afterAll(async () => {
  await gateway?.stop();
  jwks?.close();
});

/** Real time for waits: only what time it is can be set here. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    if (signal?.aborted) resolve();
  });
}

async function newKey(roles: string[], expiresInMs?: number): Promise<{ id: string; key: string }> {
  const response = await gateway.call('/api/keys', {
    token: gateway.adminKey,
    ...json('POST', { name: roles.join(), roles, ...(expiresInMs === undefined ? {} : { expiresInMs }) }),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string; key: string };
}

const status = async (path: string, token?: string, init: RequestInit = {}) =>
  (await gateway.call(path, { token, ...init })).status;

describe('without credentials', () => {
  test.each(['/healthz', '/openapi.json'])('%s answers', async (path) => {
    expect(await status(path)).toBe(200);
  });

  test('/readyz says that the ledger is away', async () => {
    const response = await gateway.call('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ready: false, ledger: 'away' });
  });

  test.each([
    '/metrics',
    '/api/find?q=x',
    '/api/sites',
    '/api/batches',
    '/api/alerts',
    '/api/overview',
    '/api/events',
    '/api/keys',
    '/api/lots/09521002002001/A/trace',
    '/api/units/195210020000000017',
    '/api/summaries/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '/edge/v1/nodes/9521002000115/0/head',
  ])('%s does not', async (path) => {
    const response = await gateway.call(path);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ code: 'unauthenticated' });
  });
});

describe('the first administrator’s key', () => {
  test('is in a file that only its owner may read, and opens everything', async () => {
    const { mode } = await stat(join(gateway.folder, 'data', 'admin.key'));
    expect(mode & 0o077).toBe(0);
    expect(await status('/api/keys', gateway.adminKey)).toBe(200);
  });

  test('is stored as a hash only', async () => {
    const journal = await readFile(join(gateway.folder, 'data', 'own.jsonl'), 'utf8');
    expect(journal).toContain('api_keys');
    expect(journal).not.toContain(gateway.adminKey.slice(3));
  });
});

describe('roles decide routes', () => {
  const capture = json('POST', []);
  test.each([
    ['reader', 200, 403, 403],
    ['quality', 200, 403, 403],
    ['operator', 200, 400, 403],
    ['peer', 403, 403, 403],
  ])('%s: read %i, capture %i, administer %i', async (role, read, captures, administer) => {
    const { key } = await newKey([role]);
    expect(await status('/api/sites', key)).toBe(read);
    // An empty list is no document: whoever may capture is told so, and nobody else gets that far.
    expect(await status('/api/capture', key, { ...capture, body: '{"type":"Nothing"}' })).toBe(captures);
    expect(await status('/api/keys', key)).toBe(administer);
  });
});

describe('a key', () => {
  test('ends when it is revoked', async () => {
    const { id, key } = await newKey(['reader']);
    expect(await status('/api/sites', key)).toBe(200);
    expect(await status(`/api/keys/${id}`, gateway.adminKey, { method: 'DELETE' })).toBe(200);
    expect(await status('/api/sites', key)).toBe(401);
  });

  test('ends when its time is over', async () => {
    const { key } = await newKey(['reader'], 60_000);
    expect(await status('/api/sites', key)).toBe(200);
    nowMs += 60_001;
    expect(await status('/api/sites', key)).toBe(401);
  });
});

describe('a session', () => {
  test('is opened with a key and carried by a cookie that other sites can not use', async () => {
    const { key, id } = await newKey(['admin']);
    const opened = await gateway.call('/api/session', json('POST', { key }));
    expect(opened.status).toBe(200);
    const cookie = opened.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^hopline_session=hs_/);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect(await status('/api/sites', undefined, { headers })).toBe(200);

    const elsewhere = { ...headers, 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' };
    const code = { method: 'POST', body: '{}', headers: elsewhere };
    expect(await status('/api/enrolment-codes', undefined, code)).toBe(403);

    await gateway.call(`/api/keys/${id}`, { method: 'DELETE', token: gateway.adminKey });
    expect(await status('/api/sites', undefined, { headers })).toBe(401);
  });

  test('ends with signing out', async () => {
    const { key } = await newKey(['reader']);
    const opened = await gateway.call('/api/session', json('POST', { key }));
    const headers = { cookie: (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    expect(await status('/api/session', undefined, { headers })).toBe(200);
    expect(await status('/api/session', undefined, { headers, method: 'DELETE' })).toBe(204);
    expect(await status('/api/session', undefined, { headers })).toBe(401);
  });
});

describe('a token of the OpenID Connect issuer', () => {
  const token = (claims: Record<string, unknown>, key: CryptoKey = privateKey, expires = '5m') =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setSubject('anna')
      .setIssuer(typeof claims.iss === 'string' ? claims.iss : issuer)
      .setAudience(typeof claims.aud === 'string' ? claims.aud : audience)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(key);
  const roles = (...names: string[]) => ({ realm_access: { roles: names } });

  test('opens what its roles allow, by our names or those of the issuer', async () => {
    expect(await status('/api/sites', await token(roles('reader')))).toBe(200);
    expect(await status('/api/sites', await token(roles('cold-chain-lead')))).toBe(200);
    expect(await status('/api/keys', await token(roles('cold-chain-lead')))).toBe(403);
    expect(await status('/api/keys', await token(roles('admin')))).toBe(200);
  });

  test('without a role of ours opens nothing', async () => {
    expect(await status('/api/sites', await token(roles('somebody')))).toBe(403);
    expect(await status('/api/sites', await token({}))).toBe(403);
  });

  test.each([
    ['by another key', () => token(roles('admin'), stranger.privateKey)],
    ['of another issuer', () => token({ ...roles('admin'), iss: 'https://other.example' })],
    ['for another audience', () => token({ ...roles('admin'), aud: 'other' })],
    ['that has expired', () => token(roles('admin'), privateKey, '-5m')],
    ['that is none', async () => 'a.b.c'],
  ])('%s is refused', async (_what, make) => {
    expect(await status('/api/sites', await make())).toBe(401);
  });
});

describe('requests that are not in form', () => {
  test.each([
    [
      'a body that is no JSON',
      '/api/keys',
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
      400,
    ],
    [
      'a body of another type',
      '/api/keys',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } },
      415,
    ],
    ['a body that is too large', '/api/keys', json('POST', { name: 'x'.repeat(2_000_000) }), 413],
    ['a member that is not known', '/api/keys', json('POST', { name: 'x', roles: ['reader'], more: 1 }), 400],
    ['a GTIN with a wrong check digit', '/api/lots/09521002002002/A', {}, 400],
    ['a text that no database holds', '/api/alerts?device=%00', {}, 400],
    ['a device that is named wrongly', '/api/devices/x', json('PATCH', { validToMs: 1 }), 400],
    ['an address with nothing', '/api/nothing', {}, 404],
    ['a lot that nobody knows', '/api/lots/00012345678905/A%2F1%20%25', {}, 404],
  ])('%s', async (_what, path, init, expected) => {
    const response = await gateway.call(path, { token: gateway.adminKey, ...(init as RequestInit) });
    expect(response.status).toBe(expected);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});

test.each([
  ['/api/batches', 'DELETE', 'GET, HEAD', 'urn:hopline:problem:method-not-allowed'],
  ['/api/keys/1', 'GET', 'DELETE', 'urn:hopline:problem:method-not-allowed'],
  ['/edge/v1/statements', 'GET', 'POST', 'urn:hopline:problem:method-not-allowed'],
  ['/healthz', 'PUT', 'GET, HEAD', 'urn:hopline:problem:method-not-allowed'],
  ['/01/09506000134352', 'POST', 'GET, HEAD', 'urn:hopline:problem:method-not-allowed'],
  ['/epcis/events', 'PUT', 'GET, HEAD, OPTIONS, POST', 'about:blank'],
  ['/epcis/queries/made', 'POST', 'DELETE, GET, HEAD, OPTIONS', 'about:blank'],
  ['/epcis', 'POST', 'GET, HEAD, OPTIONS', 'about:blank'],
])('%s does not take %s, and says what it takes', async (path, method, allow, type) => {
  const response = await gateway.call(path, { token: gateway.adminKey, method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  expect(await response.json()).toMatchObject({ status: 405, type, code: 'method-not-allowed' });
});

test('the OpenAPI document describes each route by its schemas', async () => {
  const document = (await (await gateway.call('/openapi.json')).json()) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
    >;
  };
  expect(document.openapi).toBe('3.1.0');
  const lot = document.paths['/api/lots/{gtin}/{lot}']?.get?.responses['200']?.content?.['application/json']?.schema;
  expect(JSON.stringify(lot)).toContain('missingSummaries');
  for (const path of ['/edge/v1/statements', '/api/capture', '/api/batches', '/api/units/{sscc}', '/api/devices']) {
    expect(document.paths).toHaveProperty([path]);
  }
});

test('who asks for lots without credentials has to wait sooner than who has some', async () => {
  const path = '/api/lots/00012345678905/A';
  const asks = async (token?: string) => {
    const statuses: number[] = [];
    for (let i = 0; i < httpLimits.burstPublicLots + 1; i++) statuses.push(await status(path, token));
    return statuses;
  };
  expect((await asks()).filter((each) => each === 429)).toHaveLength(1);
  expect(new Set(await asks(gateway.adminKey))).toEqual(new Set([404]));
  nowMs += Math.ceil(1000 / httpLimits.publicLotsPerSecond);
  expect(await status(path)).toBe(404);
});

test('a secret that is guessed too often has to wait', async () => {
  const statuses = new Set<number>();
  for (let i = 0; i < 40; i++) statuses.add(await status('/api/sites', `hk_${i}`));
  expect(statuses).toEqual(new Set([401, 429]));
});
