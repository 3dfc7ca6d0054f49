import { type OrderedBlock, sealBlock } from './block.ts';
import type { DevLedgerConfig } from './config.ts';
import type { SigningIdentity } from './organisation-folder.ts';
import type { Transaction } from './transaction.ts';

export type Submission = { envelope: Buffer; transaction: Transaction };
export type CutBlock = { ordered: OrderedBlock; transactions: Transaction[] };

/** Blocks on their way through the committer before the orderer waits with the next: one being written, one being checked. */
const MAX_BLOCKS_IN_COMMIT = 2;

/**
 * The one orderer: puts transactions in the order of their arrival, cuts blocks by count, bytes or time, chains and signs
 * them. While the committer is behind it lets the next block grow instead, so blocks are small when little comes and
 * large when much does. What waits here is lost in a crash, as on Fabric: accepted is not committed.
 */
export class Orderer {
  readonly #config: DevLedgerConfig;
  readonly #identity: SigningIdentity;
  readonly #randomBytes: (size: number) => Buffer;
  readonly #commit: (block: CutBlock) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #tip: { number: number; headerHash: Uint8Array };
  #queue: Submission[] = [];
  #sealing: Promise<void> = Promise.resolve();
  #blocksInCommit = 0;
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;
  #due = false;
  #stopped = false;
  readonly #whenIdle: (() => void)[] = [];

  constructor(options: {
    config: DevLedgerConfig;
    identity: SigningIdentity;
    tip: { number: number; headerHash: Uint8Array };
    randomBytes: (size: number) => Buffer;
    /** Called in order of the blocks; done when the block is committed. */
    commit: (block: CutBlock) => Promise<void>;
    /** A block could not be committed; nothing can be ordered any more. */
    onFailure: (error: unknown) => void;
  }) {
    this.#config = options.config;
    this.#identity = options.identity;
    this.#tip = options.tip;
    this.#randomBytes = options.randomBytes;
    this.#commit = options.commit;
    this.#onFailure = options.onFailure;
  }

  /** Takes a transaction into the order. False where the queue is full or the orderer is stopped. */
  accept(submission: Submission): boolean {
    if (this.#stopped || this.#pending >= this.#config.limits.maxPendingTransactions) return false;
    this.#pending++;
    this.#queue.push(submission);
    if (this.#queue.length >= this.#config.orderer.maxTransactionsPerBlock) this.#due = true;
    this.#timer ??= setTimeout(() => this.#becomeDue(), this.#config.orderer.batchTimeoutMs);
    this.#cut();
    return true;
  }

  /** Takes nothing more, and is done when all that was accepted is committed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#becomeDue();
    if (this.#pending > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #becomeDue(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = this.#queue.length > 0;
    this.#cut();
  }

  #cut(): void {
    if (!this.#due || this.#blocksInCommit >= MAX_BLOCKS_IN_COMMIT) return;
    const batch = this.#takeBatch();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // After a stop nothing more will come to wait for.
    this.#due = this.#stopped
      ? this.#queue.length > 0
      : this.#queue.length >= this.#config.orderer.maxTransactionsPerBlock;
    if (this.#queue.length > 0) {
      this.#timer = setTimeout(() => this.#becomeDue(), this.#config.orderer.batchTimeoutMs);
    }
    this.#blocksInCommit++;
    // Sealing is chained, because each block needs the hash of the one before; committing keeps that order by itself.
    this.#sealing = this.#sealing.then(() => this.#seal(batch)).catch((error) => this.#fail(error));
  }

  async #seal(batch: Submission[]): Promise<void> {
    const envelopes = batch.map(({ envelope }) => envelope);
    const { number, headerHash } = this.#tip;
    const ordered = await sealBlock(number + 1, headerHash, envelopes, this.#identity, this.#randomBytes);
    this.#tip = ordered;
    this.#commit({ ordered, transactions: batch.map(({ transaction }) => transaction) })
      .then(() => {
        this.#blocksInCommit--;
        this.#pending -= batch.length;
        this.#cut();
        if (this.#pending === 0) this.#wakeIdle();
      })
      .catch((error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#stopped = true;
    this.#pending = 0;
    this.#wakeIdle();
    this.#onFailure(error);
  }

  #wakeIdle(): void {
    for (const wake of this.#whenIdle.splice(0)) wake();
  }

  #takeBatch(): Submission[] {
    const { maxTransactionsPerBlock, maxBlockBytes } = this.#config.orderer;
    let bytes = 0;
    let count = 0;
    for (const { envelope } of this.#queue.slice(0, maxTransactionsPerBlock)) {
      bytes += envelope.length;
      if (count > 0 && bytes > maxBlockBytes) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }
}
