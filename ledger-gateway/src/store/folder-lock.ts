import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

/** `errcode` of SQLite for a lock that somebody else holds. */
const sqliteBusy = 5;

/**
 * Takes a data folder for this process alone. PGlite itself does not stop a second process from opening its files, and
 * acknowledged rows were lost that way. Node has no file locks of its own; SQLite's are the operating system's, so a
 * crash of whatever kind releases them, and a folder never has to be unlocked by hand.
 *
 * @returns a function that gives the folder free again
 * @throws StoreError `folder-in-use`
 */
export function lockFolder(folder: string): () => void {
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if ((cause as { errcode?: number }).errcode !== sqliteBusy) throw cause;
    throw new StoreError('folder-in-use', `${folder} is open in another process`, { cause });
  }
  return () => lock.close();
}
