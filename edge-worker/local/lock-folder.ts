import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { processIdentity } from './process-identity.ts';

const name = 'edge-lock.sqlite';
/** Starters hold the database for the moment of one look and one write. */
const lockTimeoutMs = 5_000;

export interface FolderLock {
  /** Hands the lock to the process that has the disk from now on: it may outlive this one. */
  handTo(pid: number): void;
  /** Gives the folder free, unless somebody else has it by now. */
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly identity: string;
}

/**
 * Takes a folder for one edge alone, since two on one disk would fork their chains. The lock follows the process that it was
 * handed to: number and time of start, so that a number given out again after a crash or a reboot holds nothing. Look and
 * write are one SQLite transaction, so that of two starters one wins. Throws where a live process holds it, naming it.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  let mine = holderOf(process.pid);
  inTransaction(path, (database) => {
    const held = read(database);
    if (held && processIdentity(held.pid) === held.identity) {
      throw new Error(`the edge's folder ${folder} is in use by process ${held.pid}`);
    }
    write(database, mine);
  });
  return {
    handTo: (pid) => {
      mine = holderOf(pid);
      inTransaction(path, (database) => write(database, mine));
    },
    release: () => {
      inTransaction(path, (database) => {
        database.prepare('DELETE FROM holder WHERE pid = ? AND identity = ?').run(mine.pid, mine.identity);
      });
    },
  };
}

/** A process that has ended in the meantime holds the lock by a name that nobody has. */
function holderOf(pid: number): Holder {
  return { pid, identity: processIdentity(pid) ?? 'ended' };
}

function inTransaction(path: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path, { timeout: lockTimeoutMs });
  try {
    database.exec('BEGIN EXCLUSIVE');
    database.exec(
      'CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY, pid INTEGER NOT NULL, identity TEXT NOT NULL)',
    );
    work(database);
    database.exec('COMMIT');
  } finally {
    // What was not committed is rolled back.
    database.close();
  }
}

function read(database: DatabaseSync): Holder | null {
  const row = database.prepare('SELECT pid, identity FROM holder').get();
  return row ? { pid: Number(row.pid), identity: String(row.identity) } : null;
}

function write(database: DatabaseSync, { pid, identity }: Holder): void {
  database.prepare('INSERT OR REPLACE INTO holder (one, pid, identity) VALUES (1, ?, ?)').run(pid, identity);
}
