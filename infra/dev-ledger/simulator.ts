import { encodeReadWriteSet, type KeyRead, type KeyWrite, type RangeRead } from './read-write-set.ts';
import type { StateSnapshot, Version } from './state-store.ts';

export type RangeResult = { key: string; value: Uint8Array };

/**
 * One execution of chaincode against a snapshot of the state. Reads see what is committed, never the transaction's own
 * writes, as in Fabric (core/ledger/kvledger/txmgmt/txmgr).
 */
export class Simulator {
  readonly #snapshot: StateSnapshot;
  readonly #namespace: string;
  readonly #txId: string;
  readonly #reads = new Map<string, Version | undefined>();
  readonly #writes = new Map<string, Uint8Array | undefined>();
  readonly #ranges: RangeRead[] = [];
  #paginated = false;

  constructor(snapshot: StateSnapshot, namespace: string, txId: string) {
    this.#snapshot = snapshot;
    this.#namespace = namespace;
    this.#txId = txId;
  }

  getState(key: string): Buffer | undefined {
    const found = this.#snapshot.get(this.#namespace, key);
    this.#reads.set(key, found?.version);
    return found?.value;
  }

  /**
   * Writes a value. Undefined deletes the key, and so does an empty value, as in Fabric.
   *
   * @throws Error where a paginated query came before, or the key is empty
   */
  setState(key: string, value: Uint8Array | undefined): void {
    if (this.#paginated) {
      throw new Error(`txid [${this.#txId}]: a transaction that made a paginated query may not write`);
    }
    if (key === '') throw new Error('the key must not be empty');
    this.#writes.set(key, value?.length ? value : undefined);
  }

  /** Results come in byte order of their keys; what is taken from the generator is what counts as read. */
  range(start: string, end: string): AsyncGenerator<RangeResult, void> {
    const range: RangeRead = { start, end: start, exhausted: false, reads: [] };
    this.#ranges.push(range);
    return this.#iterate(range, end);
  }

  /**
   * One page of a range, in a transaction that reads only.
   *
   * @returns the results and where the next page starts, empty after the last
   * @throws Error where a write came before
   */
  async page(start: string, end: string, size: number): Promise<{ results: RangeResult[]; bookmark: string }> {
    if (this.#writes.size > 0) {
      throw new Error(
        `txid [${this.#txId}]: paginated queries are supported only in a transaction that does not write`,
      );
    }
    this.#paginated = true;
    const range: RangeRead = { start, end: start, exhausted: false, reads: [] };
    this.#ranges.push(range);
    const results: RangeResult[] = [];
    for await (const { key, value, version } of this.#snapshot.range(this.#namespace, start, end)) {
      // The key that the bookmark names is looked at, not read.
      if (results.length === size) return { results, bookmark: key };
      range.reads.push({ key, version });
      range.end = key;
      results.push({ key, value });
    }
    range.exhausted = true;
    range.end = end;
    return { results, bookmark: '' };
  }

  /** Versions of a key up to the snapshot, newest first. History is not part of the read set. */
  history(key: string): AsyncGenerator<Version> {
    return this.#snapshot.history(this.#namespace, key);
  }

  /** Bytes of the read and write set: equal on every peer that executed the same on the same state. */
  results(): Buffer {
    const reads: KeyRead[] = sorted(this.#reads).map(([key, version]) => ({ key, version }));
    const writes: KeyWrite[] = sorted(this.#writes).map(([key, value]) => ({ key, value }));
    return encodeReadWriteSet({ namespace: this.#namespace, reads, ranges: this.#ranges, writes });
  }

  async *#iterate(range: RangeRead, end: string): AsyncGenerator<RangeResult, void> {
    for await (const { key, value, version } of this.#snapshot.range(this.#namespace, range.start, end)) {
      range.reads.push({ key, version });
      range.end = key;
      yield { key, value };
    }
    range.exhausted = true;
    range.end = end;
  }
}

function sorted<T>(map: Map<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
