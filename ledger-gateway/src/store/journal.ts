import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type OwnRow, type OwnTable, ownTables } from './own-tables.ts';
import { StoreError } from './store-error.ts';

const lineSchema = z.strictObject({
  table: z.enum(Object.keys(ownTables) as [OwnTable, ...OwnTable[]]),
  row: z.record(z.string(), z.unknown()),
});

/**
 * The gateway's own rows once more, as lines of JSON in an append-only file that is synced to disk: what PGlite, which
 * never syncs, may lose with the power. The last line of a key counts.
 */
export class Journal {
  readonly #file: FileHandle;
  #syncing: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the journal to append to it. */
  static async open(path: string): Promise<Journal> {
    return new Journal(await open(path, 'a', 0o600));
  }

  /** Appends rows in the order of the calls. They survive a power loss once `sync` has returned. */
  async append(rows: readonly OwnRow[]): Promise<void> {
    await this.#file.appendFile(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }

  /** Syncs what was appended so far; callers that come while a sync is under way share the next one. */
  sync(): Promise<void> {
    if (!this.#syncing) {
      this.#syncing = this.#file.datasync().finally(() => {
        this.#syncing = undefined;
      });
      return this.#syncing;
    }
    this.#waiting ??= this.#syncing
      .catch(() => undefined)
      .then(() => {
        this.#waiting = undefined;
        return this.sync();
      });
    return this.#waiting;
  }

  async close(): Promise<void> {
    await this.sync();
    await this.#file.close();
  }
}

/** Writes a journal that holds these rows and nothing else. The file appears complete and synced, or not at all. */
export async function rewriteJournal(path: string, rows: AsyncIterable<OwnRow>): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    for await (const row of rows) await file.appendFile(`${JSON.stringify(row)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * Rows of a journal in their order; none where there is no file. A last line without its end was never acknowledged and
 * is left out.
 * @throws StoreError `journal-damaged` for a wrong line before the last one
 */
export async function* readJournal(path: string): AsyncGenerator<OwnRow> {
  let wrong: { line: number; cause: unknown } | undefined;
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (wrong) {
        throw new StoreError('journal-damaged', `${path} is damaged at line ${wrong.line}`, { cause: wrong.cause });
      }
      number++;
      try {
        yield lineSchema.parse(JSON.parse(line));
      } catch (cause) {
        if (cause instanceof SyntaxError || cause instanceof z.ZodError) wrong = { line: number, cause };
        else throw cause;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
