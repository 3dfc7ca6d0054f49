import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { StoreError } from './store-error.ts';

const migrationsFolder = join(import.meta.dirname, 'migrations');

/** Key of the lock that keeps two starting gateways from migrating one server's database together. */
const advisoryLock = 4_855_209;

/**
 * Brings the schema up to date: runs the files `NNNN-name.sql` that have not run yet, in order, each in one transaction
 * with its record. A file that ran already must not have changed.
 *
 * @throws StoreError `schema-unknown` where the database knows a migration that this program does not
 */
export async function migrate(database: Database): Promise<void> {
  const files = await migrationFiles();
  await database.query('create table if not exists migrations (name text primary key, digest text not null)');
  const done = new Map(
    (await database.query<{ name: string; digest: string }>('select name, digest from migrations')).map((row) => [
      row.name,
      row.digest,
    ]),
  );
  const unknown = [...done.keys()].find((name) => !files.some((file) => file.name === name));
  if (unknown) throw new StoreError('schema-unknown', `the database has a migration not known here: ${unknown}`);
  for (const { name, sql } of files) {
    const digest = createHash('sha256').update(sql).digest('hex');
    const before = done.get(name);
    if (before === digest) continue;
    if (before) throw new StoreError('schema-unknown', `the migration ${name} was changed after it had run`);
    await runOnce(database, name, digest, sql);
  }
}

/** The migrations in their order. */
export async function migrationFiles(): Promise<{ name: string; sql: string }[]> {
  const names = (await readdir(migrationsFolder)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(migrationsFolder, name), 'utf8') })));
}

async function runOnce(database: Database, name: string, digest: string, sql: string): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(${advisoryLock})`);
    const there = await tx.query('select 1 from migrations where name = $1', [name]);
    if (there.length > 0) return;
    for (const statement of statementsOf(sql)) await tx.query(statement);
    await tx.query('insert into migrations (name, digest) values ($1, $2)', [name, digest]);
  });
}

/** Our migrations hold no semicolon inside a statement, so that they can be cut without a parser. */
function statementsOf(sql: string): string[] {
  return sql
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
