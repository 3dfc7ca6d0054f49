import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { dataDir as emptyCluster } from '@electric-sql/pglite-prepopulatedfs';
import type { Database, Queryable, Row, SqlValue } from './database.ts';

/**
 * PostgreSQL embedded in this process. It is one connection: transactions wait for each other.
 * @param folder data folder, which the caller has locked; without one the database lives in memory
 */
export async function openPglite(folder?: string): Promise<Database> {
  // A new cluster is unpacked, not made: `initdb` in WebAssembly takes ten times as long (15 s instead of 1.9 s on two
  // busy cores).
  const isNew = folder === undefined || !existsSync(join(folder, 'PG_VERSION'));
  const database = await PGlite.create({
    ...(folder !== undefined && { dataDir: folder }),
    ...(isNew && { loadDataDir: await emptyCluster() }),
  });
  const transaction: Database['transaction'] = async (work) => {
    // PGlite types the result as possibly undefined, because a transaction can be closed by hand; ours never are.
    let result: { value: Awaited<ReturnType<typeof work>> } | undefined;
    await database.transaction(async (tx) => {
      result = { value: await work(queryable(tx)) };
    });
    if (!result) throw new Error('the transaction did not run');
    return result.value;
  };
  return {
    kind: 'pglite',
    query: (sql, parameters) => run(database, sql, parameters),
    transaction,
    // Nothing else runs during a transaction here.
    snapshot: transaction,
    close: () => database.close(),
  };
}

function queryable(tx: Transaction): Queryable {
  return { query: (sql, parameters) => run(tx, sql, parameters) };
}

async function run<R extends Row>(
  on: Pick<PGlite, 'query'> | Transaction,
  sql: string,
  parameters: readonly SqlValue[] = [],
): Promise<R[]> {
  return (await on.query<R>(sql, [...parameters])).rows;
}
