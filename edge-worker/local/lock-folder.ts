import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const name = 'edge.lock';

export interface FolderLock {
  /** Hands the lock to the process that has the disk from now on: it may outlive this one. */
  handTo(pid: number): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes a folder for one edge alone, since two on one disk would fork their chains. A lock whose process is gone is taken
 * over. Throws where a live one holds it, naming it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, name);
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return { handTo: (pid) => writeFile(path, String(pid)), release: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (await isEdge(holder)) throw new Error(`the edge's folder ${folder} is in use by process ${holder}`);
    await rm(path, { force: true });
  }
}

/** Whether a process lives that may have the disk; after a reboot its number may be somebody else's. */
async function isEdge(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    return /workerd|node/.test(await readFile(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    // No /proc on this system: that it lives has to do.
    return true;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
