import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { processIdentity } from './process-identity.ts';

/** The file in a locked folder that is the lock. It stays there, and means nothing by itself. */
export const folderLockFile = 'lock.sqlite';

/** For two that come in the same moment: each may see the other's first step, and one of them has to win. */
const lockTimeoutMs = 500;
/** `errcode` of SQLite for a lock that somebody else holds. */
const sqliteBusy = 5;

/** Somebody else works in the folder: another process, or this one already. */
export class FolderInUse extends Error {
  constructor(folder: string, by: string, options?: ErrorOptions) {
    super(`${folder} is in use by ${by}`, options);
    this.name = 'FolderInUse';
  }
}

export interface FolderLock {
  /** Lets a process that was started here hold the lock too: should it outlive this one, the folder is still its own. */
  handTo(pid: number): void;
  /** Gives this process's share of the lock back. A second time does nothing. */
  release(): void;
}

/**
 * Takes a folder for this process alone, and makes it where it is missing. Node has no file locks of its own; SQLite's are
 * the operating system's, so a crash of whatever kind releases them, and a folder never has to be unlocked by hand. Who
 * was given a share of the lock is a row in it, with the number and the time of start of the process.
 *
 * @throws FolderInUse
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, folderLockFile), { timeout: lockTimeoutMs });
  try {
    // In this mode SQLite keeps the lock that the first transaction takes until the file is closed.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    database.exec(
      'CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY, pid INTEGER NOT NULL, identity TEXT NOT NULL)',
    );
    const held = database.prepare('SELECT pid, identity FROM holder').get();
    if (held && processIdentity(Number(held.pid)) === held.identity) {
      throw new FolderInUse(folder, `process ${held.pid}`);
    }
    database.exec('DELETE FROM holder; COMMIT');
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: number }).errcode !== sqliteBusy) throw cause;
    throw new FolderInUse(folder, 'another process, or by this one already', { cause });
  }
  return {
    handTo: (pid) => {
      // A process that has ended in the meantime holds the lock by a name that nobody has.
      const identity = processIdentity(pid) ?? 'ended';
      database.prepare('INSERT OR REPLACE INTO holder (one, pid, identity) VALUES (1, ?, ?)').run(pid, identity);
    },
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}
