import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testSeed } from '../../test-support/test-seed.ts';
import { Outbox, type OutboxEntry } from './outbox.ts';

const seed = testSeed();

function entry(id: number): OutboxEntry {
  return { id, topic: 't', payload: new Uint8Array([id]), epoch: 1, counter: id };
}

/** Model: a sorted list of what waits, a set of what flies. */
test('an outbox gives out in order of recording, within its window, and loses nothing', () => {
  const command = fc.oneof(
    fc.constant({ do: 'add' as const }),
    fc.constant({ do: 'take' as const }),
    fc.record({ do: fc.constantFrom('settle' as const, 'putBack' as const), pick: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
      const outbox = new Outbox(30, 4);
      let waiting: number[] = [];
      let flying: number[] = [];
      let nextId = 0;
      for (const each of commands) {
        if (each.do === 'add') {
          const fits = waiting.length + flying.length < 30;
          expect(outbox.add(entry(nextId))).toBe(fits);
          if (fits) waiting.push(nextId);
          nextId++;
        } else if (each.do === 'take') {
          const expected = flying.length < 4 ? waiting.shift() : undefined;
          expect(outbox.take()?.id).toBe(expected);
          if (expected !== undefined) flying.push(expected);
        } else {
          const id = flying[each.pick % Math.max(1, flying.length)];
          if (id === undefined) continue;
          flying = flying.filter((other) => other !== id);
          if (each.do === 'settle') outbox.settle(id);
          else {
            outbox.putBack(id);
            waiting = [...waiting, id].sort((a, b) => a - b);
          }
        }
        expect(outbox.size).toBe(waiting.length + flying.length);
        expect(outbox.inFlight).toBe(flying.length);
      }
      const left = [...waiting, ...flying].sort((a, b) => a - b);
      expect(outbox.undelivered().map(({ id }) => id)).toEqual(left);
    }),
    { seed },
  );
});

test('a long run does not keep what it has given out', () => {
  const outbox = new Outbox(10_000, 1);
  for (let id = 0; id < 5000; id++) outbox.add(entry(id));
  for (let id = 0; id < 5000; id++) {
    expect(outbox.take()?.id).toBe(id);
    outbox.settle(id);
  }
  expect(outbox.size).toBe(0);
  expect(outbox.take()).toBeNull();
});
