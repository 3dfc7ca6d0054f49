import { expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { LedgerWatch } from './ledger-watch.ts';

/** Asks the peer once for each answer; an error stands for a peer that is away. */
async function watched(projected: () => number, ...answers: (number | Error)[]) {
  let nowMs = 1_000;
  const stopping = new AbortController();
  const clock: Clock = { now: () => nowMs, sleep: async () => undefined };
  const ledger = {
    async height() {
      const answer = answers.shift() ?? 0;
      if (answers.length === 0) stopping.abort();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const watch = new LedgerWatch(ledger, clock, projected);
  const views: ReturnType<LedgerWatch['view']>[] = [];
  await watch.run(1, stopping.signal, () => {
    views.push(watch.view());
    nowMs += 1_000;
  });
  return { watch, views };
}

test('the projection is current when it has as many blocks as the ledger', async () => {
  const { views } = await watched(() => 5, 5);
  expect(views).toEqual([{ height: 5, connected: true, isAnother: false, behindSinceMs: null }]);
});

test('it is behind since the moment when more were seen', async () => {
  const { views, watch } = await watched(() => 5, 5, 7, 7);
  expect(views.map((view) => view.behindSinceMs)).toEqual([null, 2_000, 2_000]);
  expect(watch.view().height).toBe(7);
});

test('so it is while nobody answers, however current it was', async () => {
  const { views } = await watched(() => 5, 5, new Error('away'), new Error('away'), 5);
  expect(views.map(({ connected, behindSinceMs }) => [connected, behindSinceMs])).toEqual([
    [true, null],
    [false, 2_000],
    [false, 2_000],
    [true, null],
  ]);
});

test('a ledger with fewer blocks than were applied is another one, and nothing is current', async () => {
  const { views } = await watched(() => 5, 3);
  expect(views).toEqual([{ height: 5, connected: true, isAnother: true, behindSinceMs: 1_000 }]);
});

test('a block that comes tells the height as well', async () => {
  let projected = 5;
  const { watch } = await watched(() => projected, 5);
  watch.sawBlock(5);
  expect(watch.view()).toMatchObject({ height: 6, behindSinceMs: expect.any(Number) });
  projected = 6;
  expect(watch.view().behindSinceMs).toBeNull();
});
