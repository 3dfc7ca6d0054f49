import { afterAll, describe, expect, test } from 'vitest';
import type { PresenceRow } from '../projection/fold-presences.ts';
import { columns, openEndMs } from '../projection/rows.ts';
import { insertRows } from '../store/insert-rows.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { hopsOf } from './hops.ts';
import { whereabouts } from './whereabouts.ts';

const databases = await testDatabases();
afterAll(() => databases.stop());

let ids = 0;
const presence = (subject: string, at: string, where_id: string, from_ms: number, to_ms = openEndMs): PresenceRow => ({
  id: ++ids,
  subject,
  is_unit: subject !== 'lot',
  at,
  where_id,
  transit_from: null,
  transit_to: null,
  from_ms,
  to_ms,
  entered: null,
  remaining: null,
  uom: null,
  from_event: `${subject} into ${where_id}`,
  to_event: to_ms === openEndMs ? null : `${subject} out of ${where_id}`,
  left_ms: null,
  left_event: null,
});

async function given(store: Store, ...rows: PresenceRow[]): Promise<void> {
  await insertRows(store, 'presences', columns.presences, rows);
}

const hops = async (store: Store) => {
  const found = await whereabouts(store, [{ item: 'lot', fromMs: 0, toMs: openEndMs }]);
  const place = (gln: string) => ({ gln, name: null, kind: null, custodian: null });
  return hopsOf(found, { evidence: new Map(), place }).map((hop) => [hop.place.gln, hop.arrivalMs, hop.departureMs]);
};

describe.each(databases.kinds)('whereabouts on %s', (kind) => {
  test('share the path of a container only while they are in it', async () => {
    const store = await databases.open(kind);
    await given(
      store,
      presence('lot', 'place', 'field', 0, 10),
      presence('lot', 'unit', 'crate', 10, 30),
      presence('lot', 'place', 'shop', 30),
      // The crate was elsewhere before, and goes on elsewhere after.
      presence('crate', 'place', 'depot', 0, 5),
      presence('crate', 'place', 'field', 5, 15),
      presence('crate', 'place', 'shop', 20, 40),
      presence('crate', 'place', 'depot', 50),
    );
    expect(await hops(store)).toEqual([
      ['field', 0, 15],
      ['shop', 20, null],
    ]);
  });

  test('go through containers within containers, each for its own time', async () => {
    const store = await databases.open(kind);
    await given(
      store,
      presence('lot', 'unit', 'case', 0, 100),
      presence('case', 'unit', 'pallet', 10, 50),
      presence('pallet', 'place', 'harbour', 0, 20),
      presence('pallet', 'place', 'ship', 20, 90),
      presence('case', 'place', 'quay', 50),
    );
    expect(await hops(store)).toEqual([
      ['harbour', 10, 20],
      ['ship', 20, 50],
      ['quay', 50, 100],
    ]);
  });

  test('end even where containers are said to stand in each other', async () => {
    const store = await databases.open(kind);
    await given(
      store,
      presence('lot', 'unit', 'a', 0),
      presence('a', 'unit', 'b', 0),
      presence('b', 'unit', 'a', 0),
      presence('b', 'place', 'yard', 1),
    );
    expect(await hops(store)).toEqual([['yard', 1, null]]);
  });
});
