import { encodeState, type StateAttributes, type StateKind, type StateRecord, stateKey } from '@hopline/protocol';
import type { BlockFacts } from '../ledger/block-facts.ts';

type Write = BlockFacts['transactions'][number]['writes'][number];

/** A write of one record of the world state, as the chaincode's would stand in a block. */
export function stateWrite<K extends StateKind>(
  kind: K,
  attributes: StateAttributes[K],
  record: Omit<StateRecord<K>, 'schema'>,
): Write {
  return {
    key: stateKey(kind, ...attributes),
    value: encodeState(kind, { schema: 1, ...record } as unknown as StateRecord<K>),
  };
}
