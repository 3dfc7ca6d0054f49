import {
  type Bytes,
  decodeSummary,
  encodeLeaf,
  encodeSenmlJson,
  equal,
  leafHash,
  maxStreamsPerDevice,
  merkleRoot,
  noPrevious,
  type RawPack,
  sha256,
  signingKeyFromSeed,
  signReading,
  signStatement,
  utf8,
} from '@hopline/protocol';
import { expect, test } from 'vitest';
import { type LeafToSeal, type SealRequest, sealBatch } from './seal-batch.ts';
import { rangesOf } from './summary-builder.ts';

const node = '9501101530003/0';
const device = 'urn:dev:os:32473-1';
const legacy = 'urn:dev:os:32473-2';
const startMs = 1_790_000_100_000;

async function leafOf(counter: number, pack: RawPack, receivedAtMs: number): Promise<LeafToSeal> {
  const { key } = await signingKeyFromSeed(await sha256(utf8('sealing')));
  const message = await signReading(key, 'provenance', device, { epoch: 1, counter }, pack);
  const salt = new Uint8Array(16).fill(counter);
  return {
    id: counter,
    receivedAtMs,
    bytes: encodeLeaf({ assurance: 'device-signed', receivedAtMs, device, salt, message }),
  };
}

function temperature(seconds: number, value: number): RawPack {
  return [{ n: `${device}:temperature`, u: 'Cel', v: value, t: startMs / 1000 + seconds }];
}

function request(leaves: readonly LeafToSeal[], more: Partial<SealRequest> = {}): SealRequest {
  return { node, head: null, registryVersion: 3, excursions: [], nowMs: startMs + 60_000, leaves, ...more };
}

test('the statement fixes the leaves, and its summary has their figures by five-minute intervals', async () => {
  const leaves = [
    await leafOf(1, temperature(0, 4.0004), startMs + 1000),
    await leafOf(2, temperature(60, 5), startMs + 61_000),
    await leafOf(4, temperature(301, -1.2506), startMs + 302_000),
  ];
  const unsigned = encodeLeaf({
    assurance: 'session-authenticated',
    receivedAtMs: startMs + 500,
    device: legacy,
    salt: new Uint8Array(16),
    message: encodeSenmlJson([
      { n: 'door', vb: true },
      { n: 'humidity', u: '%RH', v: 80 },
    ]),
  });
  leaves.push({ id: 9, receivedAtMs: startMs + 500, bytes: unsigned });
  const { statement, summary, taken } = await sealBatch(request(leaves));
  expect(taken).toBe(4);
  expect(statement).toMatchObject({ node, sequence: 0, size: 4, registryVersion: 3, excursions: [] });
  expect(equal(statement.previous, noPrevious)).toBe(true);
  expect(statement.root).toEqual(await merkleRoot(await Promise.all(leaves.map((leaf) => leafHash(leaf.bytes)))));
  expect([statement.fromMs, statement.toMs]).toEqual([startMs + 500, startMs + 302_000]);
  // The last receipt is later than the clock, which has been set back: seal times follow what was received.
  expect(statement.sealedAtMs).toBe(startMs + 302_000);
  const interval = Math.floor(startMs / 300_000) * 300_000;
  expect(decodeSummary(summary).devices).toEqual([
    {
      device,
      assurance: 'device-signed',
      readings: 3,
      ranges: [
        { epoch: 1, first: 1, last: 2 },
        { epoch: 1, first: 4, last: 4 },
      ],
      streams: [
        {
          stream: 'temperature',
          unit: 'Cel',
          intervals: [
            { startMs: interval, count: 2, min: 4000, max: 5000, mean: 4500 },
            { startMs: interval + 300_000, count: 1, min: -1251, max: -1251, mean: -1251 },
          ],
        },
      ],
    },
    {
      device: legacy,
      assurance: 'session-authenticated',
      readings: 1,
      ranges: [],
      streams: [
        {
          stream: 'humidity',
          unit: '%RH',
          intervals: [{ startMs: interval, count: 1, min: 80_000, max: 80_000, mean: 80_000 }],
        },
      ],
    },
  ]);
});

test('sealing again gives the same bytes', async () => {
  const leaves = [await leafOf(1, temperature(0, 4), startMs), await leafOf(2, temperature(1, 5), startMs)];
  const { key } = await signingKeyFromSeed(await sha256(utf8('node')));
  const seal = async () => {
    const { statement, summary } = await sealBatch(request(leaves));
    return { statement: await signStatement(key, 'provenance', statement), summary };
  };
  expect(await seal()).toEqual(await seal());
});

test('an idle statement has no leaves, follows its head and never goes back in time', async () => {
  const digest: Bytes = new Uint8Array(32).fill(7);
  const head = { sequence: 41, digest, sealedAtMs: startMs + 999_999 };
  const { statement } = await sealBatch(request([], { head }));
  expect(statement).toMatchObject({ sequence: 42, size: 0, fromMs: head.sealedAtMs, toMs: head.sealedAtMs });
  expect(statement.sealedAtMs).toBe(head.sealedAtMs);
  expect(statement.previous).toEqual(digest);
});

test('a batch is cut before its summary would pass its bounds', async () => {
  const leaves = Array.from({ length: maxStreamsPerDevice + 6 }, (_, index): LeafToSeal => {
    // Each reading brings a stream of its own.
    const message = encodeSenmlJson([{ n: `stream-${index}`, u: 'Cel', v: 4 }]);
    const leaf = { assurance: 'session-authenticated', device: legacy, salt: new Uint8Array(16), message } as const;
    return { id: index, receivedAtMs: startMs, bytes: encodeLeaf({ ...leaf, receivedAtMs: startMs }) };
  });
  const { taken, statement } = await sealBatch(request(leaves));
  expect(taken).toBe(maxStreamsPerDevice);
  expect(statement.size).toBe(taken);
});

test('ranges are ascending and without gaps, whatever the order of arrival', () => {
  const sequences = [
    { epoch: 2, counter: 1 },
    { epoch: 1, counter: 9 },
    { epoch: 1, counter: 8 },
    { epoch: 1, counter: 5 },
  ];
  expect(rangesOf(sequences)).toEqual([
    { epoch: 1, first: 5, last: 5 },
    { epoch: 1, first: 8, last: 9 },
    { epoch: 2, first: 1, last: 1 },
  ]);
});
