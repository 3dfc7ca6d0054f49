import {
  encodeState,
  formatStateKey,
  type StateAttributes,
  type StateKind,
  type StateRecord,
  stateKey,
} from '@hopline/protocol';
import type { StateReader } from './state-reader.ts';

/** A change to the world state: the record's text, or `null` to delete it. */
export interface StateChange {
  readonly key: string;
  readonly value: string | null;
}

type AnyRecord = StateRecord<StateKind>;

/**
 * The world state as one transaction sees it and means to leave it. Fabric does not show a transaction its own writes, so
 * they are kept here, and decisions about a document's second event see what its first one did.
 *
 * What a decision needs is loaded beforehand; reading a record that was not is a mistake in the program and throws.
 */
export class Draft {
  readonly #reader: StateReader;
  readonly #committed = new Map<string, AnyRecord | null>();
  /** The committed keys of each range that was loaded: a transaction may load thousands of small ones. */
  readonly #ranges = new Map<string, readonly string[]>();
  readonly #written = new Map<string, { readonly kind: StateKind; readonly record: AnyRecord | null }>();

  constructor(reader: StateReader) {
    this.#reader = reader;
  }

  /** Makes a record known and gives it. What this transaction wrote is known. */
  async load<K extends StateKind>(kind: K, ...attributes: StateAttributes[K]): Promise<StateRecord<K> | null> {
    const key = stateKey(kind, ...attributes);
    if (!this.#written.has(key) && !this.#committed.has(key)) {
      this.#committed.set(key, await this.#reader.get(kind, key));
    }
    return this.get(kind, ...attributes);
  }

  /** Makes all records known whose keys begin with these attributes, and gives them. */
  async loadRange<K extends StateKind>(kind: K, ...prefix: string[]): Promise<StateRecord<K>[]> {
    const start = formatStateKey({ kind, attributes: prefix });
    if (!this.#ranges.has(start)) {
      const found = await this.#reader.list(kind, prefix);
      for (const [key, record] of found) this.#committed.set(key, record);
      this.#ranges.set(start, [...found.keys()]);
    }
    return this.list(kind, ...prefix);
  }

  /** A record that is known by now, with this transaction's own changes. */
  get<K extends StateKind>(kind: K, ...attributes: StateAttributes[K]): StateRecord<K> | null {
    const key = stateKey(kind, ...attributes);
    const written = this.#written.get(key);
    const record = written ? written.record : this.#committed.get(key);
    if (record === undefined) throw new Error(`the record ${JSON.stringify(key)} was read before it was loaded`);
    // Records are filed by a key that begins with their kind.
    return record as StateRecord<K> | null;
  }

  /** The records of a range that is known by now, by key, with this transaction's own changes. */
  list<K extends StateKind>(kind: K, ...prefix: string[]): StateRecord<K>[] {
    const start = formatStateKey({ kind, attributes: prefix });
    const committed = this.#ranges.get(start);
    if (!committed) throw new Error(`the range ${JSON.stringify(start)} was read before it was loaded`);
    const records = new Map<string, AnyRecord | null>(committed.map((key) => [key, this.#committed.get(key) ?? null]));
    for (const [key, { record }] of this.#written) if (key.startsWith(start)) records.set(key, record);
    const keys = [...records.keys()].sort(byCodeUnit);
    return keys.flatMap((key) => (records.get(key) ?? []) as StateRecord<K> | []);
  }

  put<K extends StateKind>(kind: K, attributes: StateAttributes[K], record: StateRecord<K>): void {
    this.#written.set(stateKey(kind, ...attributes), { kind, record });
  }

  remove<K extends StateKind>(kind: K, attributes: StateAttributes[K]): void {
    this.#written.set(stateKey(kind, ...attributes), { kind, record: null });
  }

  /** All changes, by key. What came and went within the transaction is none. */
  changes(): StateChange[] {
    return [...this.#written.keys()].sort(byCodeUnit).flatMap((key) => {
      const { kind, record } = this.#written.get(key) as { kind: StateKind; record: AnyRecord | null };
      if (record === null && this.#committed.get(key) === null) return [];
      return { key, value: record === null ? null : encodeState(kind, record) };
    });
  }
}

/** JavaScript's own order of texts, the same on every machine. */
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
