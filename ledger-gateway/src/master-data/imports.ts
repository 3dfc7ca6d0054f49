import { maxRecordsPerTransaction, organisationSchema, productSchema, siteSchema } from '@hopline/protocol';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import { describeProblem } from '../http/problem-response.ts';
import { projected } from '../intake/projected.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Committed } from '../ledger/submit.ts';
import type { Projection } from '../projection/projection.ts';
import type { Store } from '../store/store.ts';
import { masterDataLimits } from './limits.ts';
import { outsideRow } from './outside-records.ts';
import type { Change } from './plan-import.ts';

/**
 * How far an import is. `interrupted`: the gateway ended while it ran; `failed`: it stopped at `error`. In both cases what is done stays,
 * and the same file sent again submits only the rest.
 */
export const importStateSchema = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'interrupted']),
  total: z.int(),
  done: z.int(),
  error: z.object({ code: z.string(), title: z.string(), at: z.string().nullable() }).nullable(),
  createdMs: z.int(),
  endedMs: z.int().nullable(),
});
export type ImportState = z.infer<typeof importStateSchema>;

interface Parts {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly projection: Projection;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Runs imports of master data, one at a time, and tells how far they are. */
export class MasterDataImports {
  readonly #parts: Parts;
  #running: { state: ImportState; ended: Promise<void> } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Begins an import of changes that have all been found right. Notes are written first, in one transaction; then our own records,
   * `maxRecordsPerTransaction` with each transaction on the ledger. Its row is durable before this returns.
   * @throws GatewayError `conflict` while another one runs
   */
  async begin(changes: readonly Change[]): Promise<ImportState> {
    if (this.#running) {
      throw new GatewayError('conflict', 'another import is still running', { import: this.#running.state.id });
    }
    const { clock, newId } = this.#parts;
    const todo = changes.filter(({ action, dropNote }) => action !== 'none' || dropNote);
    const state: ImportState = {
      id: newId(),
      state: 'running',
      total: todo.length,
      done: 0,
      error: null,
      createdMs: clock.now(),
      endedMs: null,
    };
    const running = { state, ended: Promise.resolve() };
    this.#running = running;
    try {
      await this.#keep(state);
    } catch (error) {
      this.#running = null;
      throw error;
    }
    running.ended = this.#run(running, todo).finally(() => {
      this.#running = null;
    });
    // Whoever waits for its end gets the error too; without anybody waiting it is in the import's row, or the store is gone.
    running.ended.catch(() => undefined);
    return state;
  }

  /** Waits for the end of the running import, or until the time is over. */
  async wait(waitMs: number): Promise<void> {
    const running = this.#running;
    if (!running) return;
    const sleeping = new AbortController();
    const timeout = this.#parts.clock.sleep(waitMs, sleeping.signal);
    await Promise.race([running.ended.catch(() => undefined), timeout]);
    sleeping.abort();
    await timeout;
  }

  /** The end of what runs now, for an orderly stop. */
  async settled(): Promise<void> {
    await this.#running?.ended.catch(() => undefined);
  }

  async state(id: string): Promise<ImportState | null> {
    if (this.#running?.state.id === id) return this.#running.state;
    const [row] = await this.#parts.store.query<{
      id: string;
      state: ImportState['state'];
      total: number;
      done: number;
      error: ImportState['error'];
      created_ms: number;
      ended_ms: number | null;
    }>('select id, state, total, done, error, created_ms, ended_ms from master_data_imports where id = $1', [id]);
    if (!row) return null;
    const { created_ms: createdMs, ended_ms: endedMs, ...rest } = row;
    return { ...rest, state: rest.state === 'running' ? 'interrupted' : rest.state, createdMs, endedMs };
  }

  async #run(running: { state: ImportState }, todo: readonly Change[]): Promise<void> {
    const { clock, store } = this.#parts;
    const progress = (more: Partial<ImportState>) => {
      running.state = { ...running.state, ...more };
    };
    try {
      const notes = todo.filter(({ scope }) => scope === 'outside');
      await store.writeOwn(async (_tx, put) => {
        for (const { kind, id, after } of notes) await put(outsideRow(kind, id, after, clock.now()));
      });
      progress({ done: notes.length });
      await this.#submitAll(
        todo.filter(({ scope }) => scope === 'own'),
        (count) => progress({ done: running.state.done + count }),
      );
      progress({ state: 'done', endedMs: clock.now() });
    } catch (error) {
      const at = error instanceof ChangeError ? error.at : null;
      const { code, title } = describeProblem(error instanceof ChangeError ? error.cause : error);
      progress({ state: 'failed', error: { code, title, at }, endedMs: clock.now() });
    }
    await this.#keep(running.state);
  }

  /** Several at once, because each waits for its block; the first failure ends it, once those under way have ended. */
  async #submitAll(changes: readonly Change[], onDone: (count: number) => void): Promise<void> {
    const { clock, projection, store } = this.#parts;
    const open = batchesOf(changes).reverse();
    let last: Committed<unknown> | null = null;
    let failure: unknown = null;
    const worker = async () => {
      for (let next = open.pop(); next && failure === null; next = open.pop()) {
        try {
          const committed = await this.#submit(next.filter(({ action }) => action !== 'none'));
          if (committed && (last === null || committed.block > last.block)) last = committed;
          const noted = next.filter(({ dropNote }) => dropNote);
          await store.writeOwn(async (_tx, put) => {
            for (const { kind, id } of noted) await put(outsideRow(kind, id, null, clock.now()));
          });
          onDone(next.length);
        } catch (error) {
          failure ??= new ChangeError(next, error);
        }
      }
    };
    await Promise.all(Array.from({ length: masterDataLimits.concurrentTransactions }, worker));
    if (failure !== null) throw failure;
    if (last !== null) await projected(projection, clock, last);
  }

  async #submit(batch: readonly Change[]): Promise<Committed<unknown> | null> {
    if (batch.length === 0) return null;
    const { ledger } = this.#parts;
    const of = (wanted: Change['kind']) => batch.filter(({ kind }) => kind === wanted).map(({ after }) => after);
    const [organisation] = of('organisation');
    if (organisation) {
      return ledger.submit('registry:PutOrganisation', { organisation: organisationSchema.parse(organisation) });
    }
    return ledger.submit('registry:PutRecords', {
      sites: of('place').map((site) => siteSchema.parse(site)),
      products: of('product').map((product) => productSchema.parse(product)),
    });
  }

  async #keep({ id, state, total, done, error, createdMs, endedMs }: ImportState): Promise<void> {
    await this.#parts.store.writeOwn(async (tx, put) => {
      await put({
        table: 'master_data_imports',
        row: { id, state, total, done, error, created_ms: createdMs, ended_ms: endedMs },
      });
      await tx.query(
        'delete from master_data_imports where id not in (select id from master_data_imports order by created_ms desc limit $1)',
        [masterDataLimits.keptImports],
      );
    });
  }
}

/** The organisation by itself, and sites and products as many as one transaction takes. */
function batchesOf(changes: readonly Change[]): Change[][] {
  const records = changes.filter(({ kind }) => kind !== 'organisation');
  const count = Math.ceil(records.length / maxRecordsPerTransaction);
  return [
    ...changes.filter(({ kind }) => kind === 'organisation').map((change) => [change]),
    ...Array.from({ length: count }, (_, index) =>
      records.slice(index * maxRecordsPerTransaction, (index + 1) * maxRecordsPerTransaction),
    ),
  ];
}

/** Changes of one transaction that could not be made, with where they stood in the file. */
class ChangeError extends Error {
  override readonly name = 'ChangeError';
  readonly at: string;

  constructor(batch: readonly Change[], cause: unknown) {
    const [first, last] = [batch[0]?.at ?? '', batch.at(-1)?.at ?? ''];
    const at = first === last ? first : `${first} to ${last}`;
    super(`the records at ${at} could not be written`, { cause });
    this.at = at;
  }
}
