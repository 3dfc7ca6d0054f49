import { expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import type { BlockFacts } from './block-facts.ts';
import { followBlocks, followLimits } from './follow-blocks.ts';

/** A stream that breaks as the script says: at each connection it gives so many blocks and then throws, or ends. */
function scripted(...connections: { readonly blocks: number; readonly ends: 'throw' | 'end' }[]) {
  const asked: number[] = [];
  return {
    asked,
    async *blocks(from: number): AsyncGenerator<BlockFacts, void> {
      asked.push(from);
      const { blocks, ends } = connections.shift() ?? { blocks: 100, ends: 'end' };
      for (let number = from; number < from + blocks; number++) yield { number, transactions: [] };
      if (ends === 'throw') throw new Error('the stream broke');
    },
  };
}

async function follow(ledger: ReturnType<typeof scripted>, until: number, failAt = -1) {
  const applied: number[] = [];
  const pauses: number[] = [];
  const interruptions: unknown[] = [];
  const done = new AbortController();
  let failures = 0;
  const clock: Clock = {
    now: () => 0,
    sleep: async (ms) => {
      pauses.push(ms);
    },
  };
  const sink = {
    next: () => applied.length,
    async apply({ number }: BlockFacts) {
      if (number === failAt && failures++ < 3) throw new Error('the database is away');
      applied.push(number);
      if (applied.length === until) done.abort();
    },
  };
  const events = { onBlock: () => undefined, onInterrupted: (error: unknown) => interruptions.push(error) };
  await followBlocks(ledger, sink, events, clock, done.signal);
  return { applied, pauses, interruptions };
}

test('each block comes once and in order, however often the stream breaks', async () => {
  const ledger = scripted({ blocks: 2, ends: 'throw' }, { blocks: 0, ends: 'end' }, { blocks: 3, ends: 'end' });
  const { applied, interruptions } = await follow(ledger, 8);
  expect(applied).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(ledger.asked).toEqual([0, 2, 2, 5]);
  expect(interruptions).toHaveLength(3);
});

test('a block that can not be applied is tried again, and never passed over', async () => {
  const ledger = scripted();
  const { applied, interruptions } = await follow(ledger, 4, 2);
  expect(applied).toEqual([0, 1, 2, 3]);
  expect(interruptions).toHaveLength(3);
});

test('pauses grow up to a limit, and begin anew after a block', async () => {
  const away = Array.from({ length: 8 }, () => ({ blocks: 0, ends: 'throw' as const }));
  const { pauses } = await follow(scripted(...away, { blocks: 1, ends: 'throw' }), 3);
  expect(Math.max(...pauses)).toBe(followLimits.maxReconnectMs);
  expect(pauses[0]).toBe(followLimits.firstReconnectMs);
  expect(pauses.at(-1)).toBe(followLimits.firstReconnectMs);
});
