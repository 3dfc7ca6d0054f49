import { type ExcursionAlert, excursionAlertType } from '@hopline/protocol';
import { afterAll, expect, test } from 'vitest';
import { testDatabases } from '../testing/databases.ts';
import { keepAlert } from './keep-alert.ts';

const databases = await testDatabases();
afterAll(() => databases.stop());

const source = 'urn:hopline:node:9521002000115/1';

test('an alert is kept, also where another node has named the same event before', async () => {
  const store = await databases.open('PGlite');
  const forged = await keepAlert(store, '9521002000115/0', alertOf('9521002000115/0'), 1);
  const genuine = await keepAlert(store, '9521002000115/1', alertOf('9521002000115/1'), 2);
  const again = await keepAlert(store, '9521002000115/1', alertOf('9521002000115/1'), 3);
  expect([forged, genuine, again]).toEqual([
    { seq: 1, isNew: true },
    { seq: 2, isNew: true },
    { seq: 2, isNew: false },
  ]);
  // And a node speaks for itself only.
  await expect(keepAlert(store, '9521002000115/0', alertOf('9521002000115/1'), 4)).rejects.toMatchObject({
    code: 'forbidden',
  });
}, 60_000);

function alertOf(node: string): ExcursionAlert {
  return {
    specversion: '1.0',
    id: 'one',
    source,
    type: excursionAlertType,
    subject: 'urn:dev:mac:0024befffe804ff1 temperature',
    time: new Date(0).toISOString(),
    datacontenttype: 'application/json',
    data: {
      node,
      device: 'urn:dev:mac:0024befffe804ff1',
      stream: 'temperature',
      unit: 'Cel',
      rule: 'cold-chain',
      min: null,
      max: 5_000,
      fromMs: 1,
      toMs: 2,
      peak: 9_000,
      receivedAtMs: 2,
    },
  };
}
