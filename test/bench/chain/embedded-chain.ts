import { openStore } from '../../../ledger-gateway/src/store/open-store.ts';
import type { Store } from '../../../ledger-gateway/src/store/store.ts';
import { chainStartMs } from './chain-server.ts';
import { pgliteTarget } from './copy-targets.ts';
import { type Loaded, loadChain } from './load-chain.ts';

/** A chain in an embedded database of its own folder. */
export async function embeddedChain(
  folder: string,
  events: number,
  onProgress: (line: string) => void,
): Promise<{ store: Store; loaded: Loaded }> {
  const options = { folder, nowMs: chainStartMs };
  await (await openStore(options)).close();
  const target = await pgliteTarget(`${folder}/database`);
  const loaded = await loadChain(target, { seed: 1, events, startMs: chainStartMs }, (done) =>
    onProgress(`PGlite: ${done} events loaded`),
  );
  await target.query('vacuum analyze');
  await target.close();
  return { store: await openStore(options), loaded };
}
