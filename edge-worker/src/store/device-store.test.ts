import { env, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { DeviceStore } from './device-store.ts';
import { migrate } from './migrate.ts';

const device = 'urn:dev:os:32473-many';

test('a device with more epochs than a call takes arguments is known by their number and the highest', async () => {
  // An object whose address no node has: it stays empty but for what the test writes.
  const stub = env.EDGE_NODE.get(env.EDGE_NODE.idFromName('device-store'));
  await runInDurableObject(stub, (_, state) => {
    migrate(state.storage);
    const { sql } = state.storage;
    const { id } = sql.exec<{ id: number }>('INSERT INTO devices (device) VALUES (?) RETURNING id', device).one();
    sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199999)
       INSERT INTO epochs (device, epoch, opened_ms) SELECT ?, i * 2, 0 FROM n`,
      id,
    );
    const store = new DeviceStore(sql);
    expect(store.epochs(device)).toEqual({ count: 200_000, highest: 399_998 });
    expect([0, 1, 399_996, 399_998, 399_999].map((epoch) => store.hasOpened(device, epoch))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    store.openEpoch(device, 400_001, 0);
    store.openEpoch(device, 400_001, 0);
    expect(store.epochs(device)).toEqual({ count: 200_001, highest: 400_001 });
    store.forget();
    expect(store.epochs(device)).toEqual({ count: 200_001, highest: 400_001 });
  });
});
