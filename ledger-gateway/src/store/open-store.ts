import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { bootId, sameBoot } from './boot-id.ts';
import type { Database } from './database.ts';
import { DatabaseTemplates } from './database-templates.ts';
import { lockDataFolder } from './folder-lock.ts';
import { Journal, readJournal, rewriteJournal } from './journal.ts';
import { migrate } from './migrate.ts';
import { putOwnRow, readOwnRows } from './own-tables.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { Store } from './store.ts';

export interface StoreOptions {
  /** The gateway's own folder; the embedded database lives below it. */
  readonly folder: string;
  /** A PostgreSQL server in place of the embedded database. */
  readonly databaseUrl?: string | undefined;
  /** Where an empty embedded database is kept, of which new ones are copies; default: they are made from nothing. */
  readonly databaseTemplates?: string | undefined;
  readonly nowMs: number;
}

/** Beyond it a start writes the journal anew, without the rows that were replaced. */
const maxJournalBytes = 64 * 1024 * 1024;

/** What the last run left: `synced` where it ended in order, with everything on disk. */
const lastRunSchema = z.object({ boot: z.string(), synced: z.boolean() });
type LastRun = z.infer<typeof lastRunSchema>;

/** Opens the gateway's database with an up-to-date schema. The folder belongs to this process until `close`. */
export async function openStore(options: StoreOptions): Promise<Store> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const unlock = lockDataFolder(options.folder);
  try {
    if (options.databaseUrl === undefined) return await openEmbedded(options, unlock);
    const database = await openPostgres(options.databaseUrl);
    await migrate(database);
    return new Store(database, null, async () => unlock());
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * PGlite leaves its files to the page cache. That survives the end of the process, `kill -9` included, but not the end
 * of the machine. So after a restart of the machine, unless everything had been synced in order before, the database is
 * not believed: own rows come from the journal, and all others from the ledger.
 */
async function openEmbedded({ folder, nowMs, databaseTemplates }: StoreOptions, unlock: () => void): Promise<Store> {
  const paths = {
    database: join(folder, 'database'),
    journal: join(folder, 'own.jsonl'),
    lastRun: join(folder, 'last-run.json'),
  };
  const boot = await bootId(nowMs);
  const lastRun = await readLastRun(paths.lastRun);
  const believed = lastRun === null || lastRun.synced || sameBoot(lastRun.boot, boot);
  if (!believed) await setAside(paths.database, nowMs);
  await writeSynced(paths.lastRun, { boot, synced: false });
  const templates = databaseTemplates === undefined ? null : new DatabaseTemplates(databaseTemplates, boot);
  const { database, fresh } = await openOrReplace(paths.database, nowMs, templates);
  if (fresh) await restore(database, paths.journal);
  else if (lastRun?.synced !== true || (await sizeOf(paths.journal)) > maxJournalBytes) {
    await rewriteJournal(paths.journal, readOwnRows(database));
  }
  const journal = await Journal.open(paths.journal);
  return new Store(database, journal, async () => {
    await syncFolder(paths.database);
    await writeSynced(paths.lastRun, { boot, synced: true });
    unlock();
  });
}

/** Opens the database; where its files can't be opened, a new one, to be filled from journal and ledger. */
async function openOrReplace(
  folder: string,
  nowMs: number,
  templates: DatabaseTemplates | null,
): Promise<{ database: Database; fresh: boolean }> {
  const existed = await readdir(folder).then(
    (names) => names.length > 0,
    () => false,
  );
  if (existed) {
    try {
      const database = await openPglite(folder);
      const tables = await database.query("select 1 from information_schema.tables where table_name = 'migrations'");
      await migrate(database);
      return { database, fresh: tables.length === 0 };
    } catch (error) {
      if (error instanceof Error && error.name === 'StoreError') throw error;
      await setAside(folder, nowMs);
    }
  }
  await templates?.copyTo(folder, async (empty) => (await openMigrated(empty)).close());
  return { database: await openMigrated(folder), fresh: true };
}

async function openMigrated(folder: string): Promise<Database> {
  const database = await openPglite(folder);
  await migrate(database);
  return database;
}

async function restore(database: Database, journal: string): Promise<void> {
  await database.transaction(async (tx) => {
    for await (const row of readJournal(journal)) await putOwnRow(tx, row);
  });
}

/** Moves a database that is not believed out of the way; only the last such is kept, to be looked at. */
async function setAside(folder: string, nowMs: number): Promise<void> {
  const parent = join(folder, '..');
  for (const name of await readdir(parent)) {
    if (name.startsWith('database.set-aside-')) await rm(join(parent, name), { recursive: true });
  }
  await rename(folder, join(parent, `database.set-aside-${nowMs}`)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function readLastRun(path: string): Promise<LastRun | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return lastRunSchema.parse(JSON.parse(text));
  } catch {
    // Torn by the very power loss that it is there to tell of.
    return { boot: 'unknown', synced: false };
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

async function writeSynced(path: string, value: LastRun): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value), { flush: true });
  await rename(`${path}.new`, path);
}

/** Files that are synced at once. */
const syncsAtOnce = 16;

async function syncFolder(folder: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const worker = async () => {
    for (let entry = files.pop(); entry; entry = files.pop()) {
      const file = await open(join(entry.parentPath, entry.name), 'r');
      await file.datasync().finally(() => file.close());
    }
  };
  await Promise.all(Array.from({ length: syncsAtOnce }, worker));
}
