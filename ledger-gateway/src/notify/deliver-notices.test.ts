import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { MovableClock } from '../testing/movable-clock.ts';
import { startReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts';
import { cleanUpNotices } from './clean-up-notices.ts';
import { notifyLimits } from './limits.ts';
import type { Notice, NoticeState } from './notice.ts';
import type { NotifyOptions } from './notify-options.ts';
import { type RunningNotify, startNotify } from './start-notify.ts';
import { newWebhookSecret } from './webhook-secret.ts';

/** The outbox at work: a real database, real receivers, and a clock that tests move on. */
const secret = newWebhookSecret(randomBytes);
const waiting = { timeout: 15_000, interval: 5 };
let folder: string;
let store: Store;
let clock: MovableClock;
let receiver: WebhookReceiver;
let running: { notify: RunningNotify; stop(): Promise<void> };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-notify-'));
  store = await openStore({ folder, nowMs: Date.now() });
});

afterAll(async () => {
  await store?.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  clock = new MovableClock();
  receiver = await startReceiver();
  running = await start();
});

afterEach(async () => {
  await running.stop();
  await receiver.stop();
  await store.database.query('truncate notices, notice_states, notice_targets');
});

async function start(options: Partial<NotifyOptions> = {}): Promise<typeof running> {
  const stopping = new AbortController();
  const notify = await startNotify({
    store,
    clock,
    log: pino({ level: 'silent' }),
    metrics: new Registry(),
    dataFolder: folder,
    options: { allowPrivate: true, ...options },
  });
  const done = notify.run(stopping.signal);
  return {
    notify,
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

const webhook = (more: Partial<Notice> = {}, url = `${receiver.url}/hook`): Notice => ({
  id: randomUUID(),
  channel: { kind: 'webhook', url, secret },
  type: 'recall.opened',
  payload: { specversion: '1.0', type: 'recall.opened', data: { lot: 'L-1' } },
  notAfterMs: clock.now() + 400 * 3_600_000,
  ...more,
});

async function enqueue(...notices: Notice[]): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    for (const notice of notices) await running.notify.notifier.enqueue({ tx, put }, notice);
  });
}

const stateOf = (id: string) => running.notify.notifier.stateOf(store, id);

async function until(id: string, state: NoticeState['state']): Promise<NoticeState> {
  return vi.waitFor(async () => {
    const now = await stateOf(id);
    if (now?.state !== state) throw new Error(`${JSON.stringify(now)} is not ${state} yet`);
    return now;
  }, waiting);
}

async function untilAttempts(id: string, attempts: number): Promise<NoticeState> {
  return vi.waitFor(async () => {
    const now = await stateOf(id);
    if (now?.attempts !== attempts) throw new Error(`not ${attempts} attempts yet`);
    return now;
  }, waiting);
}

describe('a webhook', () => {
  test('arrives signed, once its cause is committed', async () => {
    const notice = webhook();
    await enqueue(notice);
    expect(await until(notice.id, 'delivered')).toMatchObject({ attempts: 1, last: { status: 204 }, nextMs: null });
    const [got] = receiver.received;
    expect(got?.headers).toMatchObject({ 'webhook-id': notice.id, 'content-type': 'application/cloudevents+json' });
    const verified = new Webhook(secret).verify(got?.body ?? '', got?.headers as Record<string, string>);
    expect(verified).toEqual(notice.payload);
  });

  test('does not leave when its cause is rolled back', async () => {
    const [undone, kept] = [webhook(), webhook()];
    const failing = store.writeOwn(async (tx, put) => {
      await running.notify.notifier.enqueue({ tx, put }, undone);
      throw new Error('the cause failed');
    });
    await expect(failing).rejects.toThrow('the cause failed');
    await enqueue(kept);
    await until(kept.id, 'delivered');
    expect(await stateOf(undone.id)).toBeNull();
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([kept.id]);
  });

  test('that fails comes again with the same id and a new time, until it is taken', async () => {
    receiver.script.push(500, { status: 302, headers: { location: `${receiver.url}/elsewhere` } });
    const notice = webhook();
    await enqueue(notice);
    const first = await untilAttempts(notice.id, 1);
    expect(first).toMatchObject({ state: 'queued', last: { status: 500, answer: 'answered 500' } });
    clock.moveOn(7_000);
    expect(await untilAttempts(notice.id, 2)).toMatchObject({ state: 'queued', last: { status: 302 } });
    clock.moveOn(7 * 60_000);
    await until(notice.id, 'delivered');
    // A redirect is a failure and is not followed.
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook']);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([notice.id]));
    const times = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times[1]).toBeGreaterThan(times[0] ?? 0);
    expect(times[2]).toBeGreaterThan(times[1] ?? 0);
  });

  test('answered 410 ends, with all others to that URL, until somebody tries again', async () => {
    receiver.script.push(500, 500);
    const earlier = webhook();
    await enqueue(earlier);
    await untilAttempts(earlier.id, 1);
    clock.moveOn(7_000);
    // Its next attempt is five minutes away.
    await untilAttempts(earlier.id, 2);
    receiver.otherwise = 410;
    const later = webhook();
    await enqueue(later);
    expect(await until(later.id, 'failed')).toMatchObject({ reason: 'gone', attempts: 1 });
    expect(await until(earlier.id, 'failed')).toMatchObject({ reason: 'gone', attempts: 2 });
    const heard = receiver.received.length;
    const third = webhook();
    await enqueue(third);
    expect(await stateOf(third.id)).toMatchObject({ state: 'failed', reason: 'gone', attempts: 0 });
    const other = webhook({}, `${receiver.url}/other`);
    await enqueue(other);
    await until(other.id, 'failed');
    expect(receiver.received.length).toBe(heard + 1);

    receiver.otherwise = 200;
    await store.writeOwn((tx, put) => running.notify.notifier.retry({ tx, put }, third.id));
    await until(third.id, 'delivered');
    const fourth = webhook();
    await enqueue(fourth);
    await until(fourth.id, 'delivered');
  });

  test('is held back as long as the receiver asks, and so are others to it', async () => {
    receiver.script.push({ status: 429, headers: { 'retry-after': '120' } });
    const [first, second] = [webhook(), webhook()];
    await enqueue(first);
    const { nextMs } = await untilAttempts(first.id, 1);
    expect((nextMs ?? 0) - clock.now()).toBeGreaterThan(110_000);
    await enqueue(second);
    const elsewhere = await startReceiver();
    const third = webhook({}, elsewhere.url);
    await enqueue(third);
    await until(third.id, 'delivered');
    expect(await stateOf(second.id)).toMatchObject({ state: 'queued', attempts: 0 });
    clock.moveOn(121_000);
    await until(second.id, 'delivered');
    await until(first.id, 'delivered');
    await elsewhere.stop();
  });

  test('to a slow receiver keeps no others waiting, and comes to it by twos', async () => {
    const open: (() => void)[] = [];
    receiver.otherwise = (response) => {
      open.push(() => response.writeHead(200).end());
    };
    const slow = Array.from({ length: 5 }, () => webhook());
    await enqueue(...slow);
    await vi.waitUntil(() => open.length === notifyLimits.maxDeliveriesPerTarget, waiting);
    const quick = await startReceiver();
    const others = Array.from({ length: 3 }, () => webhook({}, quick.url));
    await enqueue(...others);
    for (const { id } of others) await until(id, 'delivered');
    for (let answered = 0; answered < slow.length; answered++) {
      await vi.waitUntil(() => open.length > answered, waiting);
      open[answered]?.();
    }
    for (const { id } of slow) await until(id, 'delivered');
    expect(receiver.mostAtOnce).toBe(notifyLimits.maxDeliveriesPerTarget);
    await quick.stop();
  });

  test('is not kept by an answer without end', async () => {
    receiver.otherwise = (response) => {
      response.writeHead(200);
      const more = () => {
        if (!response.destroyed) response.write('x'.repeat(8_192), () => setImmediate(more));
      };
      more();
    };
    const notice = webhook();
    await enqueue(notice);
    const { last } = await until(notice.id, 'delivered');
    expect(last?.answer.length).toBe(notifyLimits.maxShownAnswerChars);
  });

  test('that nobody answers for, or whose time is over, fails', async () => {
    const unheard = await startReceiver();
    await unheard.stop();
    const notice = webhook({ notAfterMs: clock.now() + 3_000 }, unheard.url);
    await enqueue(notice);
    expect(await until(notice.id, 'failed')).toMatchObject({ reason: 'expired', attempts: 1, last: { status: null } });
    const over = webhook({ notAfterMs: clock.now() - 1 });
    await enqueue(over);
    expect(await until(over.id, 'failed')).toMatchObject({ reason: 'expired', attempts: 0 });
    expect(receiver.received).toEqual([]);
  });
});

describe('this machine and private networks', () => {
  test('get nothing unless that is allowed, by address or by name', async () => {
    await running.stop();
    running = await start({ allowPrivate: false });
    const { port } = new URL(receiver.url);
    for (const url of [receiver.url, `http://localhost:${port}/`, `http://[::ffff:127.0.0.1]:${port}/`]) {
      const notice = webhook({}, url);
      await enqueue(notice);
      expect(await until(notice.id, 'failed')).toMatchObject({ reason: 'address-refused', attempts: 1 });
    }
    expect(receiver.received).toEqual([]);
  });
});

describe('what is in the outbox', () => {
  test('survives a stop in the middle of a delivery, and arrives again with the same id', async () => {
    receiver.script.push(() => undefined);
    const notice = webhook();
    await enqueue(notice);
    await vi.waitUntil(() => receiver.received.length === 1, waiting);
    await running.stop();
    expect(await stateOf(notice.id)).toMatchObject({ state: 'queued', attempts: 0 });
    running = await start();
    await until(notice.id, 'delivered');
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([notice.id, notice.id]);
  });

  test('survives the loss of the database, secrets included', async () => {
    await running.stop();
    const notice = webhook();
    await enqueue(notice);
    await store.close();
    await rm(join(folder, 'database'), { recursive: true });
    store = await openStore({ folder, nowMs: Date.now() });
    running = await start();
    await until(notice.id, 'delivered');
    const [got] = receiver.received;
    expect(() => new Webhook(secret).verify(got?.body ?? '', got?.headers as Record<string, string>)).not.toThrow();
  });

  test('holds no secret that can be read without the key', async () => {
    const notice = webhook();
    await enqueue(notice);
    await until(notice.id, 'delivered');
    const journal = await readFile(join(folder, 'own.jsonl'), 'utf8');
    expect(journal).toContain(notice.id);
    const bytes = secret.slice('whsec_'.length);
    expect(journal).not.toContain(bytes);
    expect(JSON.stringify(await store.query('select * from notices'))).not.toContain(bytes);
  });

  test('is there once: the same again changes nothing, other content is refused', async () => {
    const notice = webhook();
    await enqueue(notice);
    await until(notice.id, 'delivered');
    await enqueue(notice);
    await expect(enqueue({ ...notice, payload: { lot: 'L-2' } })).rejects.toMatchObject({ code: 'conflict' });
    await until(notice.id, 'delivered');
    expect(receiver.received).toHaveLength(1);
  });

  test.each<[string, string, (notice: Notice) => Notice]>([
    ['too-large', 'a large payload', (notice) => ({ ...notice, payload: 'x'.repeat(notifyLimits.maxPayloadBytes) })],
    ['bad-request', 'a full stop in its id', (notice) => ({ ...notice, id: 'a.b' })],
    ['bad-request', 'a line break in its subject', (notice) => ({ ...notice, subject: 'a\r\nBcc: b@example.com' })],
    [
      'bad-request',
      'a file as its URL',
      (notice) => ({ ...notice, channel: { kind: 'webhook', url: 'file:///etc/passwd', secret } }),
    ],
    [
      'bad-request',
      'a password in its URL',
      (notice) => ({ ...notice, channel: { kind: 'webhook', url: 'https://me:it@example.com/', secret } }),
    ],
    [
      'bad-request',
      'no secret',
      (notice) => ({ ...notice, channel: { kind: 'webhook', url: 'https://example.com/', secret: 'whsec_' } }),
    ],
  ])('%s: %s', async (code, _what, change) => {
    await expect(enqueue(change(webhook()))).rejects.toMatchObject({ code });
  });

  test('goes when it has ended long enough or there is too much of it, and waits as long as it has to', async () => {
    receiver.otherwise = 204;
    const delivered = [webhook(), webhook(), webhook()];
    for (const notice of delivered) {
      await enqueue(notice);
      await until(notice.id, 'delivered');
      clock.moveOn(1_000);
    }
    receiver.otherwise = 500;
    const queued = webhook();
    await enqueue(queued);
    await untilAttempts(queued.id, 1);
    const known = async () => (await store.query<{ id: string }>('select id from notices')).map(({ id }) => id).sort();
    await cleanUpNotices(store, clock.now(), { keepEndedMs: 3_600_000, maxEndedNotices: 2 });
    expect(await known()).toEqual([delivered[1]?.id, delivered[2]?.id, queued.id].sort());
    await cleanUpNotices(store, clock.now() + 3_600_000, { keepEndedMs: 3_600_000, maxEndedNotices: 2 });
    expect(await known()).toEqual([queued.id]);
  });
});
