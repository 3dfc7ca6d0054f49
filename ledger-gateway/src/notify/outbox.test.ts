import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { cleanUpNotices } from './clean-up-notices.ts';
import type { Notice } from './notice.ts';
import { changeState, dueNotices, isGone, nextDueMs, putGone, putNotice, readNotice, readStates } from './outbox.ts';
import { readNotices } from './read-notices.ts';
import { secretBox } from './secret-box.ts';
import { newWebhookSecret } from './webhook-secret.ts';

/** The outbox's own statements, on each database that is to be had. */
const databases = await testDatabases();
const box = secretBox(randomBytes(32));
const secret = newWebhookSecret(randomBytes);
const none = { targets: [], ids: [] };

afterAll(() => databases.stop());

const webhook = (id: string, host: string): Notice => ({
  id,
  channel: { kind: 'webhook', url: `https://${host}/hook`, secret },
  type: 'capture',
  payload: { text: 'Ä \u0000 \ud83c\udf52' },
  notAfterMs: 1_000_000,
});

describe.each(databases.kinds)('on %s', (kind) => {
  let store: Store;

  beforeAll(async () => {
    store = await databases.open(kind);
    const email: Notice = { ...webhook('c', 'a'), channel: { kind: 'email', to: 'q@retail.example' }, subject: 'Hold' };
    const notices = [webhook('a', 'one.example'), webhook('b', 'two.example'), email];
    for (const [i, notice] of notices.entries()) {
      await store.writeOwn((tx, put) => putNotice({ tx, put }, box, notice, 100 + i));
    }
  });

  test('what is due comes in its order, without targets that are busy', async () => {
    const due = async (nowMs: number, without: Parameters<typeof dueNotices>[2] = none) =>
      (await dueNotices(store, nowMs, without, 10)).map(({ id }) => id);
    expect(await due(99)).toEqual([]);
    expect(await due(102)).toEqual(['a', 'b', 'c']);
    expect(await due(102, { targets: ['https://one.example'], ids: ['c'] })).toEqual(['b']);
    expect(await nextDueMs(store, [])).toBe(100);
    expect(await nextDueMs(store, ['https://one.example'])).toBe(101);
    expect(await nextDueMs(store, ['https://one.example', 'https://two.example', 'smtp'])).toBeNull();
  });

  test('a notice comes back as it went in, and opens with its own key only', async () => {
    const notice = await readNotice(store, box, 'a');
    expect(notice).toMatchObject({ url: 'https://one.example/hook', secrets: [secret], recipients: [] });
    expect(JSON.parse(notice?.body ?? '')).toEqual(webhook('a', 'one.example').payload);
    expect((await readNotice(store, secretBox(randomBytes(32)), 'a'))?.secrets).toBeNull();
    expect(await readNotice(store, box, 'c')).toMatchObject({ recipients: ['q@retail.example'], subject: 'Hold' });
    expect(await readNotice(store, box, 'nobody')).toBeNull();
  });

  test('states change, lists come in pages, and the ended go', async () => {
    const end = (id: string, endedMs: number) =>
      store.writeOwn((tx, put) =>
        changeState({ tx, put }, id, (state) => ({
          ...state,
          state: 'delivered',
          nextMs: null,
          endedMs,
          last: { atMs: endedMs, status: 200, answer: 'thanks' },
        })),
      );
    await end('a', 200);
    await end('b', 300);
    expect((await readStates(store, ['a', 'c'])).get('a')).toMatchObject({ state: 'delivered', last: { status: 200 } });
    const first = await readNotices(store, { limit: 2 });
    expect(first.notices.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(first.next).toBe('101.b');
    expect((await readNotices(store, { limit: 2, after: '101.b' })).notices.map(({ id }) => id)).toEqual(['a']);
    await cleanUpNotices(store, 1_000, { keepEndedMs: 1_000, maxEndedNotices: 1 });
    expect((await readNotices(store, { limit: 10 })).notices.map(({ id }) => id)).toEqual(['c', 'b']);
    await cleanUpNotices(store, 1_300, { keepEndedMs: 1_000, maxEndedNotices: 1 });
    expect((await readNotices(store, { limit: 10 })).notices.map(({ id }) => id)).toEqual(['c']);
  });

  test('a URL that is gone is remembered, and forgiven', async () => {
    const url = 'https://one.example/hook';
    expect(await isGone(store, url)).toBe(false);
    await store.writeOwn((tx, put) => putGone({ tx, put }, url, 5));
    expect(await isGone(store, url)).toBe(true);
    await store.writeOwn((tx, put) => putGone({ tx, put }, url, null));
    expect(await isGone(store, url)).toBe(false);
  });
});
