import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { startPostgres } from './postgres-server.ts';
import { templatesFolder } from './templates-folder.ts';

export interface TestDatabases {
  /** The kinds that are to be had on this machine. */
  readonly kinds: readonly ('PGlite' | 'PostgreSQL')[];
  /** A store with an empty database, in a folder of its own. */
  open(kind: 'PGlite' | 'PostgreSQL'): Promise<Store>;
  stop(): Promise<void>;
}

/** Databases for tests: the embedded one, and a private server where this machine has one; where not, the reason is told. */
export async function testDatabases(): Promise<TestDatabases> {
  const server = await startPostgres();
  if ('reason' in server) console.warn(`tested on PGlite only: ${server.reason}`);
  const folder = await mkdtemp(join(tmpdir(), 'hopline-databases-'));
  const open: Store[] = [];
  return {
    kinds: 'reason' in server ? ['PGlite'] : ['PGlite', 'PostgreSQL'],
    async open(kind) {
      const databaseUrl = kind === 'PostgreSQL' && !('reason' in server) ? await server.createDatabase() : undefined;
      const store = await openStore({
        folder: join(folder, String(open.length)),
        databaseUrl,
        databaseTemplates: templatesFolder,
        nowMs: Date.now(),
      });
      open.push(store);
      return store;
    },
    async stop() {
      for (const store of open) await store.close();
      if (!('reason' in server)) await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
