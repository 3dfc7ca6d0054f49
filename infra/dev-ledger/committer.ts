import type { Finding, Ledger } from './ledger.ts';
import type { CutBlock } from './orderer.ts';
import type { TransactionRecord } from './state-store.ts';
import { isIndexed } from './transaction.ts';
import { checkTransactions, resolveTransactions, type ValidationRules } from './validator.ts';

/**
 * Validates blocks and commits them, in a pipeline of two: while one block waits for the disk, the signatures of the next
 * are checked. Waiters for a transaction are told after the block is durable.
 */
export class Committer {
  readonly #ledger: Ledger;
  readonly #rules: ValidationRules;
  readonly #waiters = new Map<string, Set<(record: TransactionRecord) => void>>();
  #previous: Promise<void> = Promise.resolve();

  constructor(ledger: Ledger, rules: ValidationRules) {
    this.#ledger = ledger;
    this.#rules = rules;
  }

  /** Calls must come in the order of the blocks. Done when the block is committed; rejects where the disk fails. */
  commit({ ordered, transactions }: CutBlock): Promise<void> {
    const checking = checkTransactions(transactions, this.#rules);
    this.#previous = this.#previous.then(async () => {
      const validated = await resolveTransactions(ordered, await checking, this.#ledger);
      await this.#ledger.commit(validated);
      this.#announce(ordered.number, validated.findings);
    });
    return this.#previous;
  }

  /** What became of a transaction, now or when it is committed; undefined where the signal is given before. */
  async transactionStatus(txId: string, signal: AbortSignal): Promise<TransactionRecord | undefined> {
    return new Promise((resolve) => {
      const settle = (record: TransactionRecord | undefined) => {
        this.#removeWaiter(txId, settle);
        signal.removeEventListener('abort', abort);
        resolve(record);
      };
      const abort = () => settle(undefined);
      // Register first, look second: a commit in between must not be missed.
      const waiters = this.#waiters.get(txId) ?? new Set();
      this.#waiters.set(txId, waiters.add(settle));
      signal.addEventListener('abort', abort, { once: true });
      const known = this.#ledger.transaction(txId);
      if (known || signal.aborted) settle(known);
    });
  }

  #removeWaiter(txId: string, waiter: (record: TransactionRecord) => void): void {
    const waiters = this.#waiters.get(txId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(txId);
  }

  #announce(block: number, findings: Finding[]): void {
    for (const [transaction, { txId, code }] of findings.entries()) {
      if (!isIndexed(code)) continue;
      for (const settle of [...(this.#waiters.get(txId) ?? [])]) settle({ block, transaction, code });
    }
  }
}
