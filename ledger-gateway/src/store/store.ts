import type { Database, Queryable } from './database.ts';
import type { Journal } from './journal.ts';
import { type OwnRow, putOwnRow } from './own-tables.ts';

/**
 * A gateway's database, with its own rows written so that they survive what the acknowledgement promises: with
 * PostgreSQL the commit itself is durable, with PGlite the rows are in the synced journal too.
 */
export class Store implements Queryable {
  readonly database: Database;
  readonly #journal: Journal | null;
  readonly #onClose: () => Promise<void>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: Database, journal: Journal | null, onClose: () => Promise<void>) {
    this.database = database;
    this.#journal = journal;
    this.#onClose = onClose;
  }

  query<R extends Record<string, unknown>>(...asked: Parameters<Queryable['query']>): Promise<R[]> {
    return this.database.query<R>(...asked);
  }

  /** Runs several reads on one state of the database: blocks that are applied meanwhile are not seen. */
  snapshot<T>(work: (on: Queryable) => Promise<T>): Promise<T> {
    return this.database.snapshot(work);
  }

  /**
   * Changes own rows in one transaction. The work reads and decides, and `put` writes complete rows. Own writes run one
   * after the other, so that the journal has the order of the commits, and what the work reads is still so when it
   * writes. When this returns, the rows survive a power loss; when it throws, none of them is there.
   */
  async writeOwn<T>(work: (tx: Queryable, put: (row: OwnRow) => Promise<void>) => Promise<T>): Promise<T> {
    const turn = this.#last
      .catch(() => undefined)
      .then(async () => {
        const rows: OwnRow[] = [];
        const result = await this.database.transaction((tx) =>
          work(tx, async (row) => {
            await putOwnRow(tx, row);
            rows.push(row);
          }),
        );
        await this.#journal?.append(rows);
        return result;
      });
    this.#last = turn;
    const result = await turn;
    await this.#journal?.sync();
    return result;
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#journal?.close();
    await this.database.close();
    await this.#onClose();
  }
}
