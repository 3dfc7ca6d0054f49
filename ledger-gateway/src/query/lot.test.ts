import { summaryIntervalMs } from '@hopline/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Projection } from '../projection/projection.ts';
import { openEndMs } from '../projection/rows.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { stateWrite } from '../testing/state-facts.ts';
import { testNode, transactionBlock } from '../testing/statement-facts.ts';
import { lotId, maxEventsPerLot, readLot, readPublicLot } from './lot.ts';

/** A lot with more events than one answer shows, in a warehouse that was too warm, measured by an old probe. */
const gtin = '09521002002003';
const id = lotId(gtin, 'BUSY');
const gln = '9521002000115';
const device = 'urn:dev:mac:0024befffe804ff1';
const events = maxEventsPerLot + 1;
const nowMs = 100 * summaryIntervalMs;
const limit = {
  id: 'cold',
  stream: 'temperature',
  unit: 'Cel',
  min: null,
  max: 5_000,
  durationMs: 2 * summaryIntervalMs,
};

const databases = await testDatabases();
let store: Store;

beforeAll(async () => {
  store = await databases.open('PGlite');
  await (await Projection.open(store)).apply(
    transactionBlock(0, {
      name: 'registry:PutSite',
      argument: '{}',
      writes: [
        stateWrite('site', [gln], { gln, mspId: 'FreshHubMSP', name: 'Warehouse', kind: 'warehouse' }),
        stateWrite('product', [gtin], { gtin, mspId: 'FreshHubMSP', name: 'Lettuce', limits: [limit] }),
        stateWrite('device', [device], {
          device,
          mspId: 'FreshHubMSP',
          publicKey: null,
          kind: 'legacy',
          place: gln,
          epc: null,
          assignments: [{ node: testNode, fromMs: 0, toMs: null }],
          rules: [],
          calibration: { atMs: 0, dueMs: 5 * summaryIntervalMs, certificate: 'one' },
          validFromMs: 0,
          validToMs: null,
          kid: null,
          enrolledAtMs: 0,
          revoked: false,
        }),
      ],
    }),
  );
  await store.query(
    `insert into items (item, kind, gtin, lot, first_event, first_ms) values ($1, 'lgtin', $2, 'BUSY', 'e1', 1)`,
    [id, gtin],
  );
  await store.query(
    `insert into events (event, declaration, type, disposition, time_ms, msp_id, signer, outcome, flags, document, recorded_ms,
       block, tx_position, position, transaction_id)
     select 'e' || n, '', 'ObjectEvent', case when n = $1 then 'recalled' else 'in_progress' end, n, 'FreshHubMSP', 'signer',
       'applied', '[]', '{}', 0, 0, 0, n, 't' from generate_series(1, $1::int) n`,
    [events],
  );
  await store.query(
    `insert into event_items (event, declaration, role, position, item)
     select 'e' || n, '', 'object', 0, $2 from generate_series(1, $1::int) n`,
    [events, id],
  );
  await store.query(
    `insert into presences (id, subject, is_unit, at, where_id, from_ms, to_ms, entered, remaining, from_event)
     values (1, $1, false, 'place', $2, 0, $3, '1', '1', 'e1')`,
    [id, gln, openEndMs],
  );
  // Two breaches: one for sure, and one of which the figures leave it open. Each interval comes in two batches.
  const intervals = [4_000, 6_000, 6_000, 6_000, 4_000, 4_000, 5_500, 5_500, 5_500, 4_000];
  for (const [index, max] of intervals.entries()) {
    for (const sequence of [0, 1]) {
      const min = index < 5 && max > 5_000 ? 5_100 : sequence === 1 ? 4_900 : 5_100;
      await store.query(
        `insert into conditions (node, sequence, device, stream, unit, assurance, start_ms, count, min, max, mean)
         values ($1, $2, $3, 'temperature', 'Cel', 'session-authenticated', $4, 1, $5, $6, $6)`,
        [testNode, sequence, device, index * summaryIntervalMs, Math.min(min, max), max],
      );
    }
  }
}, 60_000);

afterAll(() => databases.stop());

test('a lot with more events than are shown says so, and its last state is the last one', async () => {
  const lot = await readLot(store, gtin, 'BUSY', nowMs);
  expect(lot.events).toHaveLength(maxEventsPerLot);
  expect(lot).toMatchObject({ truncated: true, disposition: 'recalled', firstMs: 1, lastMs: events });
});

test('figures after the end of a calibration are marked', async () => {
  const { conditions } = await readLot(store, gtin, 'BUSY', nowMs);
  const streams = conditions.stays.flatMap((stay) => stay.streams);
  expect(streams).toMatchObject([{ device, calibrationDueMs: 5 * summaryIntervalMs, calibrationOverdue: true }]);
  await store.query(
    `update state set record = jsonb_set(record, '{calibration,dueMs}', $1::jsonb) where kind = 'device'`,
    [JSON.stringify(nowMs)],
  );
  const later = await readLot(store, gtin, 'BUSY', nowMs);
  expect(later.conditions.stays.flatMap((stay) => stay.streams)).toMatchObject([{ calibrationOverdue: false }]);
});

test('what anybody may know counts the same excursions and has the same state', async () => {
  const lot = await readLot(store, gtin, 'BUSY', nowMs);
  const open = await readPublicLot(store, gtin, 'BUSY', nowMs);
  const count = (certainty: string) => lot.conditions.excursions.filter((each) => each.certainty === certainty).length;
  expect(open.excursions).toEqual({ certain: count('certain'), possible: count('possible') });
  expect(open.excursions).toEqual({ certain: 1, possible: 1 });
  expect(open).toMatchObject({
    product: { name: 'Lettuce' },
    disposition: lot.disposition,
    firstMs: lot.firstMs,
    lastMs: lot.lastMs,
    hops: [{ kind: 'warehouse', arrivalMs: 0, departureMs: null }],
  });
  await expect(readPublicLot(store, gtin, 'UNKNOWN', nowMs)).rejects.toMatchObject({ code: 'not-found' });
});
