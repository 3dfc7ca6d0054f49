import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalGateway, startLocalGateway } from '../testing/local-gateway.ts';

let folder: string;
let gateway: LocalGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-console-'));
  await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
  await writeFile(join(folder, 'dist', 'index.html'), '<!doctype html><title>Hopline</title>');
  await writeFile(join(folder, 'dist', 'assets', 'app-1a2b3c.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'not for you');
  gateway = await startLocalGateway({ consoleFolder: join(folder, 'dist') });
});

afterAll(async () => {
  await gateway?.stop();
  await rm(folder, { recursive: true });
});

/** What a browser says that it takes when it opens an address. */
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

test.each([
  '/',
  '/lots/09521002002001/A%2F1',
  '/01/09521002002001/10/A',
  '/01/09521002002001/10/LOT.24A',
  '/page/01/09521002002001/10/LOT.24A',
  '/414/9521002000115',
])('%s is the page', async (path) => {
  const response = await gateway.call(path, { headers: browser });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await response.text()).toContain('<title>Hopline</title>');
});

test('the page may load nothing from elsewhere, and stand in no other page', async () => {
  const policy = (await gateway.call('/')).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/unsafe|data:|blob:/);
  expect(policy).toContain("frame-ancestors 'none'");
});

test('what is asked of the interface and not there is no page', async () => {
  const response = await gateway.call('/api/nothing', { token: gateway.adminKey });
  expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
});

test('a file with a hash in its name is kept, the page itself is asked for again', async () => {
  const script = await gateway.call('/assets/app-1a2b3c.js');
  expect(script.headers.get('content-type')).toMatch(/javascript/);
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect((await gateway.call('/')).headers.get('cache-control')).toBe('no-cache');
});

test.each(['/assets/other.js', '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt'])(
  '%s is not there',
  async (path) => {
    const response = await gateway.call(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('not for you');
  },
);
