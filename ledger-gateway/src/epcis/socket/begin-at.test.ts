import { afterAll, beforeAll, expect, test } from 'vitest';
import { columns } from '../../projection/rows.ts';
import { insertRows } from '../../store/insert-rows.ts';
import type { Store } from '../../store/store.ts';
import { testDatabases } from '../../testing/databases.ts';
import { beginAt } from './begin-at.ts';

/** Five events in the order of their commits, of organisations whose clocks differ by minutes. */
const minute = 60_000;
const base = Date.parse('2026-11-23T08:00:00Z');
const recorded = [0, 2, 1, 30, 25].map((minutes) => base + minutes * minute);
const nowMs = base + 60 * minute;
const databases = await testDatabases();
let store: Store;

beforeAll(async () => {
  store = await databases.open('PGlite');
  const rows = recorded.map((recorded_ms, at) => ({
    seq: at + 1,
    event: `ni:///sha-256;${at}`,
    declaration: '',
    source: '{}',
    type: 'ObjectEvent',
    action: null,
    biz_step: null,
    disposition: null,
    read_point: null,
    biz_location: null,
    time_ms: base,
    recorded_ms,
    declared_ms: null,
    error_reason: null,
  }));
  await insertRows(store, 'epcis_events', columns.epcis_events, rows);
});

afterAll(() => databases.stop());

test.each([
  ['before all', -1, 0],
  ['of the first', 0, 0],
  // The third was recorded before the second and committed after it: whoever knows the second may not know the third.
  ['of the second', 2, 1],
  ['of the third, which finds the second before it', 1, 1],
  ['of the fourth', 30, 3],
  ['of the fifth, which finds the fourth before it', 25, 3],
  ['behind all', 31, 5],
])('a record time %s begins where nothing is missed', async (_, minutes, position) => {
  expect(await beginAt(store, base + minutes * minute, nowMs)).toEqual({ position, initialRecordMs: null });
});

test('without a time it begins with what comes, and a time to come holds back what is earlier', async () => {
  expect(await beginAt(store, null, nowMs)).toEqual({ position: 5, initialRecordMs: null });
  expect(await beginAt(store, nowMs + minute, nowMs)).toEqual({ position: 5, initialRecordMs: nowMs + minute });
});
