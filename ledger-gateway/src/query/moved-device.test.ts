import { summaryIntervalMs } from '@hopline/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BlockFacts } from '../ledger/block-facts.ts';
import { Projection } from '../projection/projection.ts';
import { openEndMs } from '../projection/rows.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { stateWrite } from '../testing/state-facts.ts';
import { testNode, transactionBlock } from '../testing/statement-facts.ts';
import { lotId, readLot } from './lot.ts';
import { readExposure } from './trace/exposure.ts';

/** A probe that is carried from a cold hall to a warm one; a lot lies in each of them all the time. */
const gtin = '09521002002003';
const device = 'urn:dev:mac:0024befffe804ff1';
const [cold, warm] = ['9521002000115', '9521002000122'] as const;
const movedMs = 5 * summaryIntervalMs;
const nowMs = 10 * summaryIntervalMs;

const databases = await testDatabases();
let store: Store;

/** A block that enrols the probe, or moves it. */
function placed(number: number, place: string, timeMs: number): BlockFacts {
  const facts = transactionBlock(number, {
    name: 'registry:UpdateDevice',
    argument: '{}',
    writes: [
      stateWrite('device', [device], {
        device,
        mspId: 'FreshHubMSP',
        publicKey: null,
        kind: 'legacy',
        place,
        epc: null,
        assignments: [{ node: testNode, fromMs: 0, toMs: null }],
        rules: [],
        calibration: null,
        validFromMs: 0,
        validToMs: null,
        kid: null,
        enrolledAtMs: 0,
        revoked: false,
      }),
    ],
  });
  return { ...facts, transactions: facts.transactions.map((transaction) => ({ ...transaction, timeMs })) };
}

beforeAll(async () => {
  store = await databases.open('PGlite');
  const projection = await Projection.open(store);
  await projection.apply(placed(0, cold, 1));
  await projection.apply(placed(1, warm, movedMs));
  for (const [index, [lot, place]] of [['COLD', cold] as const, ['WARM', warm] as const].entries()) {
    const id = lotId(gtin, lot);
    await store.query(
      `insert into items (item, kind, gtin, lot, first_event, first_ms, number) values ($1, 'lgtin', $2, $3, 'e1', 1, $4)`,
      [id, gtin, lot, index + 1],
    );
    await store.query(
      `insert into presences (id, subject, is_unit, at, where_id, from_ms, to_ms, entered, remaining, from_event)
       values ($1, $2, false, 'place', $3, 0, $4, '1', '1', 'e1')`,
      [index + 1, id, place, openEndMs],
    );
  }
  for (let interval = 0; interval < 10; interval++) {
    await store.query(
      `insert into conditions (node, sequence, device, stream, unit, assurance, start_ms, count, min, max, mean)
       values ($1, 0, $2, 'temperature', 'Cel', 'session-authenticated', $3, 1, $4, $4, $4)`,
      [testNode, device, interval * summaryIntervalMs, interval < 5 ? 4_000 : 20_000],
    );
  }
}, 60_000);

afterAll(() => databases.stop());

test.each([
  ['COLD', 4_000, 5],
  ['WARM', 20_000, 5],
])('lot %s has what the probe measured while it was there', async (lot, value, intervals) => {
  const { conditions } = await readLot(store, gtin, lot, nowMs);
  const [stream, ...others] = conditions.stays.flatMap((stay) => stay.streams);
  expect(others).toEqual([]);
  expect(stream).toMatchObject({ device, min: value, max: value, count: intervals });
});

test.each([
  [0, movedMs - 1, [cold]],
  [movedMs + 1, nowMs, [warm]],
  [0, nowMs, [cold, warm]],
])('from %i to %i it speaks for the places where it was then', async (fromMs, toMs, places) => {
  const exposure = await readExposure(store, { device, fromMs, toMs }, { further: false, nowMs, elapsedMs: () => 0 });
  expect(exposure.where.map(({ place }) => place)).toEqual(places);
});
