import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import type { CopyTarget } from './load-chain.ts';

/**
 * A server on this machine, by its URL: texts are left in files for it to read, in a folder that is removed by `close`. The role
 * must be allowed to (a superuser, as the private servers of tests and benchmarks have).
 */
export async function postgresTarget(url: string): Promise<CopyTarget & { close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const folder = await mkdtemp(join(tmpdir(), 'hopline-copy-'));
  await chmod(folder, 0o755);
  const file = join(folder, 'rows');
  await client.query("set maintenance_work_mem = '512MB'");
  await client.query('set synchronous_commit = off');
  return {
    query: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    async copy(table, columns, text) {
      await writeFile(file, text, { mode: 0o644 });
      await client.query(`copy ${table} (${columns.join(', ')}) from '${file}'`);
    },
    async close() {
      await client.end();
      await rm(folder, { recursive: true });
    },
  };
}

/** The embedded database in a folder that no other process has open. */
export async function pgliteTarget(dataDir: string): Promise<CopyTarget & { close(): Promise<void> }> {
  const database = await PGlite.create({ dataDir });
  return {
    query: async (sql) => (await database.query<Record<string, unknown>>(sql)).rows,
    async copy(table, columns, text) {
      await database.query(`copy ${table} (${columns.join(', ')}) from '/dev/blob'`, [], { blob: new Blob([text]) });
    },
    close: () => database.close(),
  };
}
