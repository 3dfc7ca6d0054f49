import {
  encodeState,
  formatStateKey,
  parseStateKey,
  parseStateWrite,
  type StateAttributes,
  type StateKind,
  type StateRecord,
  type StateWrite,
  stateKey,
} from '@hopline/protocol';
import { Draft } from '../state/draft.ts';
import type { StateReader } from '../state/state-reader.ts';

/** Committed state in memory, kept as the texts that the ledger would hold. */
export class MemoryLedger implements StateReader {
  readonly #values = new Map<string, string>();

  async get<K extends StateKind>(_kind: K, key: string): Promise<StateRecord<K> | null> {
    return this.#read<K>(key);
  }

  async list<K extends StateKind>(kind: K, prefix: readonly string[]): Promise<ReadonlyMap<string, StateRecord<K>>> {
    const start = formatStateKey({ kind, attributes: prefix });
    const keys = [...this.#values.keys()].filter((key) => key.startsWith(start)).sort();
    return new Map(keys.map((key) => [key, this.#read<K>(key) as StateRecord<K>]));
  }

  /** Commits what a draft holds, the way a valid transaction does. */
  commit(draft: Draft): void {
    for (const { key, value } of draft.changes()) {
      if (value === null) this.#values.delete(key);
      else this.#values.set(key, value);
    }
  }

  /** Writes one record beforehand. */
  put<K extends StateKind>(kind: K, attributes: StateAttributes[K], record: StateRecord<K>): void {
    const draft = new Draft(this);
    draft.put(kind, attributes, record);
    this.commit(draft);
  }

  /** All records of a kind. */
  async all<K extends StateKind>(kind: K): Promise<StateRecord<K>[]> {
    return [...(await this.list(kind, [])).values()];
  }

  /** One record, by its key's attributes. */
  async at<K extends StateKind>(kind: K, ...attributes: StateAttributes[K]): Promise<StateRecord<K> | null> {
    return this.get(kind, stateKey(kind, ...attributes));
  }

  /** A record as a write of it, or of its deletion, would be read. */
  writeOf<K extends StateKind>(key: string, record: StateRecord<K> | null): StateWrite {
    const kind = parseStateKey(key)?.kind as K;
    const write = parseStateWrite(key, record && encodeState(kind, record));
    if (!write) throw new Error('the key is not one of ours');
    return write;
  }

  #read<K extends StateKind>(key: string): StateRecord<K> | null {
    const value = this.#values.get(key);
    if (value === undefined) return null;
    return (parseStateWrite(key, value)?.record ?? null) as StateRecord<K> | null;
  }
}
