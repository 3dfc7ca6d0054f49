import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FabricError } from './fabric-error.ts';
import { processIdentity } from './process-identity.ts';

const MAX_ATTEMPTS = 3;

/**
 * Runs some work while holding a data folder's lock, so that two starts or stops don't interleave. A lock whose holder
 * is dead is taken over.
 *
 * @throws FabricError `DATA_LOCKED` where a living process holds it.
 */
export async function withDataLock<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'lock');
  await acquire(file);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string): Promise<void> {
  const own = `${file}.${process.pid}`;
  await writeFile(own, `${process.pid} ${await processIdentity(process.pid)}`);
  try {
    await claim(file, own);
  } finally {
    await rm(own, { force: true });
  }
}

/** Links a complete file into place, because one that is created and then written could be read while empty. */
async function claim(file: string, own: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      await link(own, file);
      return;
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
    }
    const [pid = '', ...identity] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
    if (identity.join(' ') === (await processIdentity(Number(pid)))) {
      throw new FabricError('DATA_LOCKED', `process ${pid} is starting or stopping a network in this folder (${file})`);
    }
    await rm(file, { force: true });
  }
  throw new FabricError('DATA_LOCKED', `could not take ${file}: others keep taking it`);
}
