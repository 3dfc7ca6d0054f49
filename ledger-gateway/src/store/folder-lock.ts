import { FolderInUse, lockFolder } from '@hopline/protocol/node';
import { StoreError } from './store-error.ts';

/**
 * Takes a data folder for this process alone. PGlite itself does not stop a second process from opening its files, and
 * acknowledged rows were lost that way.
 *
 * @returns a function that gives the folder free again
 * @throws StoreError `folder-in-use`
 */
export function lockDataFolder(folder: string): () => void {
  try {
    return lockFolder(folder).release;
  } catch (cause) {
    if (!(cause instanceof FolderInUse)) throw cause;
    throw new StoreError('folder-in-use', `${folder} is open in another process`, { cause });
  }
}
