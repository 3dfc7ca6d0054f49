import { env, runInDurableObject } from 'cloudflare:test';
import { sha256, utf8 } from '@hopline/protocol';
import { expect, test } from 'vitest';
import { LeftStore, leftDigestBytes } from './left-store.ts';
import { migrate } from './migrate.ts';

const digest = (text: string) => sha256(utf8(text));

test('what has left is found by device, epoch and counter, in runs or alone, and the oldest goes first', async () => {
  const stub = env.EDGE_NODE.get(env.EDGE_NODE.idFromName('left-store'));
  const counters = [3, 1, 2, 5, 9, 8];
  const digests = await Promise.all(counters.map((counter) => digest(`reading ${counter}`)));
  const other = await digest('another message');
  await runInDurableObject(stub, (_, state) => {
    migrate(state.storage);
    const store = new LeftStore(state.storage.sql);
    const leaving = (deviceId: number, epoch: number) =>
      counters.map((counter, index) => ({ deviceId, sequence: { epoch, counter }, digest: digests[index] ?? other }));
    store.add([...leaving(1, 1), ...leaving(2, 1), ...leaving(1, 2)], 100);
    store.add([{ deviceId: 1, sequence: { epoch: 1, counter: 4 }, digest: other }], 200);
    const { sql } = state.storage;
    // Runs 1–3, 5 and 8–9 of each, and the 4 that came later: 16 bytes for a reading.
    expect(sql.exec('SELECT count(*) AS n, sum(length(digests)) AS bytes FROM left_digests').one()).toEqual({
      n: 10,
      bytes: leftDigestBytes * 19,
    });
    for (const [index, counter] of counters.entries()) {
      expect(store.matches(1, { epoch: 2, counter }, digests[index] ?? other)).toBe(true);
      expect(store.matches(1, { epoch: 1, counter }, other)).toBe(false);
    }
    expect(store.matches(1, { epoch: 1, counter: 4 }, other)).toBe(true);
    for (const counter of [0, 6, 7, 10]) expect(store.matches(1, { epoch: 1, counter }, other)).toBeNull();
    expect(store.matches(3, { epoch: 1, counter: 1 }, other)).toBeNull();
    expect(store.oldestMs()).toBe(100);
    store.removeUntil(199);
    expect(store.oldestMs()).toBe(200);
    expect(store.matches(1, { epoch: 1, counter: 1 }, digests[1] ?? other)).toBeNull();
    expect(store.matches(1, { epoch: 1, counter: 4 }, other)).toBe(true);
  });
});
