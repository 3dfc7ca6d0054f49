import { ledger } from '@hyperledger/fabric-protos';
import { encode } from './proto.ts';
import type { Version } from './state-store.ts';

const { TxReadWriteSet, NsReadWriteSet, kvrwset } = ledger.rwset;

export type KeyRead = { key: string; version: Version | undefined };
/** An undefined value deletes the key. */
export type KeyWrite = { key: string; value: Uint8Array | undefined };
/**
 * What a range query saw. Where the caller did not read to the end, `end` is the last key it saw, itself included;
 * otherwise the end that was asked for.
 */
export type RangeRead = { start: string; end: string; exhausted: boolean; reads: KeyRead[] };

/** What a simulation read, with versions, and what it wants to write, in one namespace. */
export type ReadWriteSet = { namespace: string; reads: KeyRead[]; ranges: RangeRead[]; writes: KeyWrite[] };

/**
 * Bytes of a rwset.TxReadWriteSet; equal sets have equal bytes. Ranges carry every key read, where Fabric replaces more
 * than fifty by a Merkle summary; both forms are in the protocol.
 */
export function encodeReadWriteSet(set: ReadWriteSet): Buffer {
  const kv = new kvrwset.KVRWSet();
  kv.setReadsList(set.reads.map(encodeRead));
  kv.setRangeQueriesInfoList(set.ranges.map(encodeRange));
  kv.setWritesList(set.writes.map(encodeWrite));
  const namespace = new NsReadWriteSet();
  namespace.setNamespace(set.namespace);
  namespace.setRwset(encode(kv));
  const whole = new TxReadWriteSet();
  whole.setDataModel(TxReadWriteSet.DataModel.KV);
  whole.setNsRwsetList([namespace]);
  return encode(whole);
}

/** Throws where the bytes are not a set, or use what the dev ledger does not have (private data, metadata). */
export function decodeReadWriteSets(bytes: Uint8Array): ReadWriteSet[] {
  const whole = TxReadWriteSet.deserializeBinary(bytes);
  return whole.getNsRwsetList().map((namespace) => {
    const kv = kvrwset.KVRWSet.deserializeBinary(namespace.getRwset_asU8());
    if (namespace.getCollectionHashedRwsetList().length > 0) throw new Error('private data is not supported');
    if (kv.getMetadataWritesList().length > 0) throw new Error('metadata of keys is not supported');
    return {
      namespace: namespace.getNamespace(),
      reads: kv.getReadsList().map(decodeRead),
      ranges: kv.getRangeQueriesInfoList().map(decodeRange),
      writes: kv.getWritesList().map((write) => ({
        key: write.getKey(),
        value: write.getIsDelete() ? undefined : write.getValue_asU8(),
      })),
    };
  });
}

function encodeRead({ key, version }: KeyRead) {
  const read = new kvrwset.KVRead();
  read.setKey(key);
  if (version) {
    const message = new kvrwset.Version();
    message.setBlockNum(version.block);
    message.setTxNum(version.transaction);
    read.setVersion(message);
  }
  return read;
}

function encodeRange({ start, end, exhausted, reads }: RangeRead) {
  const queryReads = new kvrwset.QueryReads();
  queryReads.setKvReadsList(reads.map(encodeRead));
  const range = new kvrwset.RangeQueryInfo();
  range.setStartKey(start);
  range.setEndKey(end);
  range.setItrExhausted(exhausted);
  range.setRawReads(queryReads);
  return range;
}

function encodeWrite({ key, value }: KeyWrite) {
  const write = new kvrwset.KVWrite();
  write.setKey(key);
  if (value) write.setValue(value);
  else write.setIsDelete(true);
  return write;
}

function decodeRead(read: InstanceType<typeof kvrwset.KVRead>): KeyRead {
  const version = read.getVersion();
  return {
    key: read.getKey(),
    version: version && { block: version.getBlockNum(), transaction: version.getTxNum() },
  };
}

function decodeRange(range: InstanceType<typeof kvrwset.RangeQueryInfo>): RangeRead {
  if (range.hasReadsMerkleHashes()) throw new Error('a Merkle summary of range reads is not supported');
  return {
    start: range.getStartKey(),
    end: range.getEndKey(),
    exhausted: range.getItrExhausted(),
    reads: (range.getRawReads()?.getKvReadsList() ?? []).map(decodeRead),
  };
}
