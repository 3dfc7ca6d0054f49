import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openStore } from '../../../ledger-gateway/src/store/open-store.ts';
import { openPostgres } from '../../../ledger-gateway/src/store/postgres.ts';
import { Store } from '../../../ledger-gateway/src/store/store.ts';
import { type PostgresServer, startPostgres } from '../../../ledger-gateway/src/testing/postgres-server.ts';
import { postgresTarget } from './copy-targets.ts';
import { dropIndexes, loadChain } from './load-chain.ts';
import { multiplyChain } from './multiply-chain.ts';
import { isForTraces } from './read-by-traces.ts';

export const chainStartMs = Date.UTC(2026, 0, 5);
/** The largest chain whose rows the folds make one by one; larger ones are copies of it. */
const mostFolded = 1_000_000;

export interface KeptChain {
  readonly store: Store;
  readonly note: string;
  /** Of the whole database; `null` where not all tables are filled. */
  readonly bytesPerEvent: number | null;
}

/** Databases with chains on a PostgreSQL server: a private one, or one that keeps them from run to run. */
export class ChainServer {
  readonly #url: string;
  readonly #own: PostgresServer | null;
  readonly #folder: string;

  private constructor(url: string, own: PostgresServer | null, folder: string) {
    this.#url = url;
    this.#own = own;
    this.#folder = folder;
  }

  static async start(url: string | null): Promise<ChainServer> {
    const folder = await mkdtemp(join(tmpdir(), 'hopline-chain-server-'));
    if (url !== null) return new ChainServer(url, null, folder);
    const own = await startPostgres();
    if ('reason' in own) throw new Error(`there is no PostgreSQL server to measure: ${own.reason}`);
    return new ChainServer(await own.createDatabase(), own, folder);
  }

  /** The chain of so many events, made where it is not there yet. */
  async chain(events: number, onProgress: (line: string) => void): Promise<KeptChain> {
    const name = `chain_${events}`;
    const url = this.#urlOf(name);
    const isFolded = events <= mostFolded;
    const made = isFolded
      ? ''
      : `, ${copiesOf(events)} copies of one of ${mostFolded} events; only what traces read, without documents`;
    let note = `PostgreSQL, ${events} events: made in an earlier run${made}`;
    if (!(await this.#exists(name)))
      note = await (isFolded ? this.#fold(name, events, onProgress) : this.#copy(name, events, onProgress));
    // As it was made: a schema that has moved on since would empty what is derived.
    const store = new Store(await openPostgres(url), null, async () => {});
    const [size] = await store.query<{ bytes: number }>('select pg_database_size(current_database()) as bytes');
    return { store, note, bytesPerEvent: isFolded && size ? size.bytes / events : null };
  }

  /** A database with the schema and nothing else, made anew. */
  async empty(): Promise<Store> {
    await this.#admin(`drop database if exists chain_empty`, 'create database chain_empty');
    return openStore({
      folder: join(this.#folder, 'empty'),
      databaseUrl: this.#urlOf('chain_empty'),
      nowMs: chainStartMs,
    });
  }

  async stop(): Promise<void> {
    await this.#own?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #fold(name: string, events: number, onProgress: (line: string) => void): Promise<string> {
    await this.#admin(`create database ${name}`);
    await (
      await openStore({
        folder: join(this.#folder, `${name}-made`),
        databaseUrl: this.#urlOf(name),
        nowMs: chainStartMs,
      })
    ).close();
    const target = await postgresTarget(this.#urlOf(name));
    const loaded = await loadChain(target, { seed: 1, events, startMs: chainStartMs }, (done) =>
      onProgress(`${done} events loaded`),
    );
    await target.query('vacuum analyze');
    await target.close();
    return `${events} events: folded and copied in at ${Math.round(loaded.events / loaded.rowSeconds)} events a second, then indexed in ${Math.round(loaded.indexSeconds)} s`;
  }

  async #copy(name: string, events: number, onProgress: (line: string) => void): Promise<string> {
    const copies = copiesOf(events);
    if (!(await this.#exists(`chain_${mostFolded}`))) await this.#fold(`chain_${mostFolded}`, mostFolded, onProgress);
    await this.#admin(`create database ${name} template chain_${mostFolded}`);
    const target = await postgresTarget(this.#urlOf(name));
    const restore = await dropIndexes(target);
    await multiplyChain(target, copies, { tracesOnly: true });
    onProgress(`${events} events copied`);
    for (const statement of restore.filter(isForTraces)) await target.query(statement);
    await target.query('vacuum analyze');
    await target.close();
    return `${events} events: ${copies} chains of ${mostFolded}, copied inside the database with other names and places; only the tables that traces read, without documents`;
  }

  async #exists(name: string): Promise<boolean> {
    return (await this.#admin(`select 1 from pg_database where datname = '${name}'`)) > 0;
  }

  async #admin(...statements: string[]): Promise<number> {
    const client = new pg.Client({ connectionString: this.#url });
    await client.connect();
    try {
      let rows = 0;
      for (const statement of statements) rows = (await client.query(statement)).rowCount ?? 0;
      return rows;
    } finally {
      await client.end();
    }
  }

  #urlOf(database: string): string {
    const url = new URL(this.#url);
    url.pathname = `/${database}`;
    return url.href;
  }
}

function copiesOf(events: number): number {
  return Math.ceil(events / mostFolded);
}
