import { FolderInUse, type FolderLock, lockFolder } from '@hopline/protocol/node';
import { FabricError } from './fabric-error.ts';

/**
 * Runs some work while holding a data folder's lock, so that two starts or stops don't interleave.
 *
 * @throws FabricError `DATA_LOCKED` where another start or stop holds it.
 */
export async function withDataLock<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const lock = take(dataDir);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function take(dataDir: string): FolderLock {
  try {
    return lockFolder(dataDir);
  } catch (cause) {
    if (!(cause instanceof FolderInUse)) throw cause;
    throw new FabricError('DATA_LOCKED', `a network is being started or stopped here: ${cause.message}`, { cause });
  }
}
