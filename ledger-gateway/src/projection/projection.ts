import type { BlockFacts } from '../ledger/block-facts.ts';
import type { Store } from '../store/store.ts';
import { applyBlock } from './apply-block.ts';
import type { BlockChanges } from './block-changes.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { foldBlock } from './fold-block.ts';
import { clearProjection } from './rebuild.ts';

type Waiter = (checkpoint: Checkpoint) => void;

/** The derived tables as one thing: it takes blocks in order, and tells how far it is. */
export class Projection {
  readonly #store: Store;
  readonly #listeners = new Set<(changes: BlockChanges) => void>();
  readonly #waiters = new Set<Waiter>();
  #checkpoint: Checkpoint;

  private constructor(store: Store, checkpoint: Checkpoint) {
    this.#store = store;
    this.#checkpoint = checkpoint;
  }

  static async open(store: Store): Promise<Projection> {
    return new Projection(store, await readCheckpoint(store));
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** Applies a block; when this returns, its rows and the checkpoint are committed together. Throws as `foldBlock`. */
  async apply(facts: BlockFacts): Promise<void> {
    const changes = await foldBlock(facts);
    this.#checkpoint = await this.#store.database.transaction((tx) => applyBlock(tx, changes));
    for (const waiter of [...this.#waiters]) waiter(this.#checkpoint);
    for (const listener of this.#listeners) listener(changes);
  }

  /** Waits until a block has been applied; `false` when the signal is given first. */
  async reached(block: number, signal: AbortSignal): Promise<boolean> {
    if (this.#checkpoint.height > block) return true;
    if (signal.aborted) return false;
    return new Promise((resolve) => {
      const done = (result: boolean) => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', aborted);
        resolve(result);
      };
      const waiter: Waiter = ({ height }) => height > block && done(true);
      const aborted = () => done(false);
      this.#waiters.add(waiter);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Calls the listener after each block, until the returned function is called. */
  onBlock(listener: (changes: BlockChanges) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Drops all that is derived from the ledger and starts again from block 0. Nothing else may be under way. */
  async clear(): Promise<void> {
    this.#checkpoint = await this.#store.database.transaction(clearProjection);
  }
}
