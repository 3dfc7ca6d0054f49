import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { json, type LocalGateway, startLocalGateway } from '../testing/local-gateway.ts';
import { startReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts';
import type { Notice } from './notice.ts';
import { putNotice } from './outbox.ts';
import { noticeDetailSchema, noticesSchema } from './read-notices.ts';
import { openSecretBox } from './secret-box.ts';
import { newWebhookSecret } from './webhook-secret.ts';

/** The outbox through the front door: what an earlier run left is delivered by the next one, and shown. */
const secret = newWebhookSecret(randomBytes);
const notAfterMs = Date.now() + 3_600_000;
let dataFolder: string;
let receiver: WebhookReceiver;
let gateway: LocalGateway;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'hopline-notices-'));
  receiver = await startReceiver();
  receiver.otherwise = 200;
  const notices: Notice[] = [
    { id: 'a', channel: { kind: 'webhook', url: `${receiver.url}/a?token=t0ken`, secret }, type: 'one', payload: {} },
    { id: 'b', channel: { kind: 'webhook', url: `${receiver.url}/b`, secret }, type: 'two', payload: {} },
    {
      id: 'c',
      channel: { kind: 'email', to: 'q@retail.example' },
      type: 'two',
      payload: { lot: 'L' },
      subject: 'Hold',
    },
  ].map((notice) => ({ ...notice, notAfterMs }) as Notice);
  const store = await openStore({ folder: dataFolder, nowMs: Date.now() });
  const box = await openSecretBox(dataFolder);
  for (const [i, notice] of notices.entries()) {
    await store.writeOwn((tx, put) => putNotice({ tx, put }, box, notice, Date.now() - 1_000 + i));
  }
  await store.close();
  gateway = await startLocalGateway({ dataFolder, notify: { allowPrivate: true } });
});

afterAll(async () => {
  await gateway?.stop();
  await receiver?.stop();
  await rm(dataFolder, { recursive: true });
});

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await gateway.call(path, { token: gateway.adminKey, ...init });
  return { status: response.status, text: await response.text() };
};
const list = async (query = '') => noticesSchema.parse(JSON.parse((await ask(`/api/notices${query}`)).text)).notices;
const one = async (id: string) => noticeDetailSchema.parse(JSON.parse((await ask(`/api/notices/${id}`)).text));
const untilState = (id: string, state: string) =>
  vi.waitUntil(async () => (await one(id)).state === state, { timeout: 15_000, interval: 20 });

test('what waited is delivered after a restart; what can not go out says why', async () => {
  await untilState('a', 'delivered');
  await untilState('b', 'delivered');
  await untilState('c', 'failed');
  expect(await one('c')).toMatchObject({ reason: 'not-configured', to: ['q@retail.example'], payload: { lot: 'L' } });
  expect((await list()).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
});

test('the list can be cut by state, kind, type and target, and comes in pages', async () => {
  expect((await list('?state=failed')).map(({ id }) => id)).toEqual(['c']);
  expect((await list('?kind=webhook&type=two')).map(({ id }) => id)).toEqual(['b']);
  expect((await list(`?target=${encodeURIComponent(receiver.url)}`)).map(({ id }) => id)).toEqual(['b', 'a']);
  const first = noticesSchema.parse(JSON.parse((await ask('/api/notices?limit=2')).text));
  expect(first.notices.map(({ id }) => id)).toEqual(['c', 'b']);
  const second = noticesSchema.parse(JSON.parse((await ask(`/api/notices?limit=2&after=${first.next}`)).text));
  expect(second).toMatchObject({ notices: [{ id: 'a' }], next: null });
});

test('secrets and the query of a URL are not shown', async () => {
  const shown = (await ask('/api/notices')).text + (await ask('/api/notices/a')).text;
  expect(shown).toContain(`${receiver.url}/a`);
  expect(shown).not.toMatch(/whsec|t0ken/);
  expect(shown).not.toContain(secret.slice(6));
});

test('somebody can have a failed one tried again, and end one that waits', async () => {
  expect((await ask('/api/notices/c/retry', { method: 'POST' })).status).toBe(200);
  await vi.waitUntil(async () => (await one('c')).attempts === 1, { timeout: 15_000, interval: 20 });
  await untilState('c', 'failed');
  const cancelled = await ask('/api/notices/c/cancel', { method: 'POST' });
  expect(JSON.parse(cancelled.text)).toMatchObject({ state: 'failed' });
  expect((await ask('/api/notices/unknown/retry', { method: 'POST' })).status).toBe(404);
});

test('it is for administrators and quality; others are told so', async () => {
  const keyFor = async (role: string) => {
    const made = await ask('/api/keys', json('POST', { name: role, roles: [role] }));
    return (JSON.parse(made.text) as { key: string }).key;
  };
  const statusFor = async (role: string) => (await gateway.call('/api/notices', { token: await keyFor(role) })).status;
  expect(await statusFor('quality')).toBe(200);
  expect(await statusFor('operator')).toBe(403);
  expect((await gateway.call('/api/notices')).status).toBe(401);
});

test('metrics tell how notices stand', async () => {
  const { text } = await ask('/metrics');
  expect(text).toMatch(/hopline_notices\{.*state="delivered".*\} 2/);
  expect(text).toMatch(/hopline_notice_attempts_total\{.*outcome="not-configured".*\} \d/);
});
