import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const name = 'edge.lock';

/**
 * Takes a folder for this process alone, since two edges on one disk would fork their chains. Returns the release. A lock
 * whose process is gone is taken over. Throws where another one holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, name);
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (isAlive(holder) && holder !== process.pid) {
      throw new Error(`the edge's folder ${folder} is in use by process ${holder}`);
    }
    await rm(path, { force: true });
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
