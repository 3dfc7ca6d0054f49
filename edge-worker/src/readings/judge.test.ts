import { expect, test } from 'vitest';
import { answerPublish, forVersion } from './answer-publish.ts';
import type { Examined } from './examine.ts';
import { judge, maxEpochsPerDevice, type StoredFacts } from './judge.ts';

const device = {
  device: 'urn:dev:os:32473-1',
  mspId: 'FreshHubMSP',
  publicKey: null,
  kind: 'probe',
  place: '9501101530003',
  epc: null,
  assignments: [{ node: '9501101530003/0', fromMs: 0, toMs: null }],
  rules: [],
  calibration: null,
  validFromMs: 0,
  validToMs: null,
  credential: null,
} as const satisfies Extract<Examined, { kind: 'epoch' }>['device'];
const limits = { node: '9501101530003/0', nowMs: 1_790_000_000_000, maxClockAheadMs: 300_000, lateAfterMs: 600_000 };
const facts = (count: number, highest: number | null, includes: boolean): StoredFacts => ({
  sameSequence: null,
  hasLeft: null,
  isQuarantined: false,
  isResent: false,
  epochs: { count, highest, includes },
});
const opening = (epoch: number): Examined => ({ kind: 'epoch', device, epoch });

test('an epoch opens when it is higher than all before, again it is a duplicate, and a lower one is set aside', () => {
  expect(judge(opening(0), facts(0, null, false), limits)).toEqual({ kind: 'open-epoch' });
  expect(judge(opening(6), facts(1, 5, false), limits)).toEqual({ kind: 'open-epoch' });
  expect(judge(opening(5), facts(2, 6, true), limits)).toEqual({ kind: 'duplicate' });
  expect(judge(opening(4), facts(2, 6, false), limits)).toEqual({ kind: 'quarantine', reason: 'epoch-unknown' });
});

test('beyond the limit of epochs an opening is refused by name, and what is open goes on', () => {
  const full = (includes: boolean) => facts(maxEpochsPerDevice, 70_000, includes);
  const verdict = judge(opening(70_001), full(false), limits);
  expect(verdict).toEqual({ kind: 'refuse', why: 'too-many-epochs' });
  expect(judge(opening(70_000), full(true), limits)).toEqual({ kind: 'duplicate' });
  const publish = { qos: 1, packetId: 7, dup: false, topic: null, payload: new Uint8Array(0) } as const;
  expect(answerPublish(publish, 5, verdict).puback).toMatchObject({
    reasonCode: 0x97,
    properties: { reasonString: 'too-many-epochs' },
  });
  // A 3.1.1 client would repeat it for ever.
  expect(forVersion(verdict, 4, 1)).toEqual({ kind: 'quarantine', reason: 'epoch-unknown' });
});

test("an unsigned message's own time does not bring back a sensor whose validity is over", () => {
  const reading = (validToMs: number | null): Examined => ({
    kind: 'reading',
    device: { ...device, kind: 'legacy', validToMs },
    sequence: null,
    records: [
      {
        stream: 't',
        name: 't',
        unit: 'Cel',
        value: { kind: 'number', value: 4 },
        sum: null,
        timeMs: limits.nowMs - 5000,
      },
    ],
    revokedAfter: null,
  });
  expect(judge(reading(null), facts(0, null, false), limits).kind).toBe('accept');
  expect(judge(reading(limits.nowMs + 1), facts(0, null, false), limits).kind).toBe('accept');
  const over = judge(reading(limits.nowMs - 1), facts(0, null, false), limits);
  expect(over).toEqual({ kind: 'quarantine', reason: 'foreign' });
});

test('of a reading that has left its counter is known, and its digest says whether another message is the same', () => {
  const name = `${device.device}:temperature`;
  const reading: Examined = {
    kind: 'reading',
    device,
    sequence: { epoch: 1, counter: 7 },
    records: [
      {
        name,
        stream: 'temperature',
        unit: 'Cel',
        value: { kind: 'number', value: 4 },
        sum: null,
        timeMs: limits.nowMs,
      },
    ],
    revokedAfter: null,
  };
  const left = (hasLeft: StoredFacts['hasLeft']) => judge(reading, { ...facts(1, 1, true), hasLeft }, limits);
  expect(left('same-bytes')).toEqual({ kind: 'duplicate' });
  expect(left('unknown')).toEqual({ kind: 'duplicate' });
  expect(left('other-bytes')).toEqual({ kind: 'quarantine', reason: 'equivocation' });
  expect(left(null)).toEqual({ kind: 'accept', late: false });
});
