import { afterAll, expect, test } from 'vitest';
import { testDatabases } from '../../testing/databases.ts';
import { withinTime } from './within-time.ts';

const databases = await testDatabases();
afterAll(() => databases.stop());

test.runIf(databases.kinds.includes('PostgreSQL'))(
  'a question that takes too long is ended, and the next one runs',
  async () => {
    const { database } = await databases.open('PostgreSQL');
    await expect(withinTime(database, 50, (tx) => tx.query('select pg_sleep(30)'))).rejects.toMatchObject({
      code: 'query-too-complex',
    });
    expect(await withinTime(database, 20_000, (tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
  },
);
