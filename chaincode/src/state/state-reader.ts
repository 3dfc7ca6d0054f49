import type { StateKind, StateRecord } from '@hopline/protocol';

/** Reads committed records. The ledger's own reader sits on the shim's stub; tests have one in memory. */
export interface StateReader {
  /** The record under a composite key (`stateKey`), or `null`. */
  get<K extends StateKind>(kind: K, key: string): Promise<StateRecord<K> | null>;
  /** All records whose composite key begins with these attributes, by key. A range: what is added to it later conflicts. */
  list<K extends StateKind>(kind: K, prefix: readonly string[]): Promise<ReadonlyMap<string, StateRecord<K>>>;
}
