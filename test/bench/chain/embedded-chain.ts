import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../../ledger-gateway/src/store/open-store.ts';
import { openPglite } from '../../../ledger-gateway/src/store/pglite.ts';
import { Store } from '../../../ledger-gateway/src/store/store.ts';
import { chainStartMs } from './chain-server.ts';
import { pgliteTarget } from './copy-targets.ts';
import { loadChain } from './load-chain.ts';

/** Beyond so many events only what traces read is loaded: the embedded database takes its time. */
const mostWhole = 100_000;
/** Written when a chain is complete: what a reader has to know of it. */
const noteFile = 'chain.txt';

/** A chain in an embedded database of its own folder, made where it is not there yet, with how it was made. */
export async function embeddedChain(
  folder: string,
  events: number,
  onProgress: (line: string) => void,
): Promise<{ store: Store; note: string }> {
  const file = join(folder, noteFile);
  if (!existsSync(file)) await make(folder, events, onProgress);
  // As it was made: a schema that has moved on since would empty what is derived.
  const database = await openPglite(join(folder, 'database'));
  return { store: new Store(database, null, async () => {}), note: await readFile(file, 'utf8') };
}

async function make(folder: string, events: number, onProgress: (line: string) => void): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await (await openStore({ folder, nowMs: chainStartMs })).close();
  const tracesOnly = events > mostWhole;
  const target = await pgliteTarget(join(folder, 'database'));
  const loaded = await loadChain(
    target,
    { seed: 1, events, startMs: chainStartMs },
    (done) => onProgress(`PGlite: ${done} events loaded`),
    { tracesOnly },
  );
  await target.query('vacuum analyze');
  await target.close();
  const seconds = Math.round(loaded.rowSeconds + loaded.indexSeconds);
  const what = tracesOnly ? ', only the tables that traces read, without documents' : '';
  await writeFile(join(folder, noteFile), `PGlite, ${events} events: loaded in ${seconds} s${what}`);
}
