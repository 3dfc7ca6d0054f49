import pg from 'pg';
import type { Database, Queryable, QueryOptions, Row, SqlValue } from './database.ts';

/** Connections that one gateway holds at most; more only make them wait for each other on the server. */
const maxConnections = 8;
/** Connections for reads of several queries on one state of the database. */
const maxSnapshots = 4;
const connectTimeoutMs = 10_000;

/** Type numbers of PostgreSQL (`pg_type.oid`). `int8` comes as text by default; our values fit a double exactly. */
const int8Oid = 20;

/** PostgreSQL as a server, by its URL (`postgresql://user:secret@host/database`). */
export async function openPostgres(url: string): Promise<Database> {
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8Oid, Number);
  const options = { connectionString: url, connectionTimeoutMillis: connectTimeoutMs, types };
  const pool = new pg.Pool({ ...options, max: maxConnections });
  const snapshots = new pg.Pool({ ...options, max: maxSnapshots, pipeline: true });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  for (const each of [pool, snapshots]) each.on('error', () => undefined);
  const database: Database = {
    kind: 'postgres',
    query: (...asked) => run(pool, ...asked),
    transaction: (work) => transact(pool, 'begin', work),
    snapshot: (work) => transact(snapshots, 'begin isolation level repeatable read, read only', work),
    close: async () => void (await Promise.all([pool.end(), snapshots.end()])),
  };
  await database.query('select 1');
  return database;
}

async function transact<T>(pool: pg.Pool, begin: string, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const result = await work(queryable(client));
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
    throw error;
  }
}

function queryable(client: pg.PoolClient): Queryable {
  return { query: (...asked) => run(client, ...asked) };
}

async function run<R extends Row>(
  on: pg.Pool | pg.PoolClient,
  sql: string,
  parameters: readonly SqlValue[] = [],
  { plannedOnce }: QueryOptions = { plannedOnce: false },
): Promise<R[]> {
  const values = parameters.map(encode);
  return (await on.query<R>(plannedOnce ? { name: nameOf(sql), text: sql, values } : { text: sql, values })).rows;
}

const names = new Map<string, string>();

/** The name by which connections know a statement that they have planned. */
function nameOf(sql: string): string {
  const name = names.get(sql) ?? `planned-${names.size}`;
  names.set(sql, name);
  return name;
}

/** Values as pg takes them. */
function encode(value: SqlValue): unknown {
  // pg tells bytes by `Buffer`, and would send any other array as an SQL array.
  if (value instanceof Uint8Array) return Buffer.from(value);
  // A list of numbers needs no quotes; pg looks for some in each of them, which takes a trace as long as its walk.
  if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'number'))
    return `{${value.join(',')}}`;
  return value;
}
