import { type StateKind, type StateRecord, stateSchemas } from '@hopline/protocol';
import type { ChaincodeStub } from 'fabric-shim-api';
import { Refused } from '../refused.ts';
import type { StateReader } from './state-reader.ts';

/** Most records that one range may have. Beyond it a transaction would be too large to be endorsed in time. */
export const maxRangeRecords = 5_000;

/** Reads the world state through the shim. */
export function stubReader(stub: ChaincodeStub): StateReader {
  return {
    async get(kind, key) {
      const value = await stub.getState(key);
      return value.length === 0 ? null : decode(kind, value);
    },
    async list(kind, prefix) {
      const records = new Map<string, StateRecord<typeof kind>>();
      for await (const { key, value } of stub.getStateByPartialCompositeKey(kind, [...prefix])) {
        if (records.size === maxRangeRecords) {
          throw new Refused('too-large', `more than ${maxRangeRecords} records in one range`, { kind, prefix });
        }
        records.set(key, decode(kind, value));
      }
      return records;
    },
  };
}

function decode<K extends StateKind>(kind: K, value: Uint8Array): StateRecord<K> {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(value);
  // The schema was looked up by the kind, which TypeScript does not follow through the union.
  return stateSchemas[kind].parse(JSON.parse(text)) as StateRecord<K>;
}
