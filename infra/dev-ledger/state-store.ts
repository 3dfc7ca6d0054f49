import { mkdir, realpath } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { DevLedgerError } from './errors.ts';

/** Where a value was written: block and transaction in it. Two reads of a key with one version saw one value. */
export type Version = { block: number; transaction: number };
export type VersionedValue = { version: Version; value: Buffer };
export type TransactionRecord = { block: number; transaction: number; code: number };
/** Up to which block the state is written, with the hashes of that block. */
export type Savepoint = { block: number; headerHash: string; commitHash: string };

/** What one block changes; applied in one step. */
export type StateUpdate = {
  savepoint: Savepoint;
  writes: { namespace: string; key: string; version: Version; value: Uint8Array | undefined }[];
  /** First occurrences only: a duplicate never replaces the transaction it repeats. */
  transactions: { txId: string; record: TransactionRecord }[];
};

/** The state as it was at one moment, whatever is committed meanwhile. */
export type StateSnapshot = {
  get(namespace: string, key: string): VersionedValue | undefined;
  /** Keys from start to end in byte order, the end left out; an empty end means all that follow. */
  range(namespace: string, start: string, end: string): AsyncGenerator<{ key: string } & VersionedValue>;
  /** Versions of a key, newest first, deletions included. */
  history(namespace: string, key: string): AsyncGenerator<Version>;
  close(): void;
};

type Snapshot = ReturnType<ClassicLevel<Buffer, Buffer>['snapshot']>;

const SAVEPOINT = Buffer.from('m:savepoint');
const VERSION_BYTES = 12;
/** Folders that this process has open. */
const openFolders = new Set<string>();

/**
 * The world state, the history of keys and the index of transactions, in LevelDB. It is a view of the blocks: each block
 * is one atomic batch that moves the savepoint, and blocks above the savepoint are applied again at start, so it needs no
 * sync of its own. LevelDB's lock keeps a second process out of the folder, and is gone when this process is, even killed.
 */
export class StateStore {
  readonly #db: ClassicLevel<Buffer, Buffer>;
  readonly #folder: string;

  private constructor(db: ClassicLevel<Buffer, Buffer>, folder: string) {
    this.#db = db;
    this.#folder = folder;
  }

  /** @throws DevLedgerError DATA_FOLDER_IN_USE where this or another process has it open */
  static async open(path: string): Promise<StateStore> {
    await mkdir(path, { recursive: true });
    const folder = await realpath(path);
    // Asking LevelDB a second time in one process would lose its lock: POSIX releases the locks of a process on a file
    // when it closes any of its descriptors of that file.
    if (openFolders.has(folder)) {
      throw new DevLedgerError('DATA_FOLDER_IN_USE', `${folder} is in use by this process`);
    }
    openFolders.add(folder);
    const db = new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
    try {
      await db.open();
    } catch (cause) {
      openFolders.delete(folder);
      if (cause instanceof Error && hasCode(cause.cause, 'LEVEL_LOCKED')) {
        throw new DevLedgerError('DATA_FOLDER_IN_USE', `${folder} is in use by another process`, { cause });
      }
      throw cause;
    }
    return new StateStore(db, folder);
  }

  savepoint(): Savepoint | undefined {
    const bytes = this.#db.getSync(SAVEPOINT);
    return bytes && (JSON.parse(bytes.toString()) as Savepoint);
  }

  transaction(txId: string): TransactionRecord | undefined {
    const bytes = this.#db.getSync(transactionKey(txId));
    if (!bytes) return undefined;
    const { block, transaction } = decodeVersion(bytes);
    return { block, transaction, code: bytes.readUInt8(VERSION_BYTES) };
  }

  snapshot(): StateSnapshot {
    const snapshot = this.#db.snapshot();
    return {
      get: (namespace, key) => this.#get(namespace, key, snapshot),
      range: (namespace, start, end) => this.#range(namespace, start, end, snapshot),
      history: (namespace, key) => this.#history(namespace, key, snapshot),
      close: () => void snapshot.close(),
    };
  }

  /** Applies one block's changes completely or not at all. */
  async commit(update: StateUpdate): Promise<void> {
    const batch = this.#db.batch();
    for (const { namespace, key, version, value } of update.writes) {
      const stateKey = keyOf('s', namespace, key);
      const versionBytes = encodeVersion(version);
      if (value) batch.put(stateKey, Buffer.concat([versionBytes, value]));
      else batch.del(stateKey);
      batch.put(Buffer.concat([historyPrefix(namespace, key), versionBytes]), Buffer.alloc(0));
    }
    for (const { txId, record } of update.transactions) {
      batch.put(transactionKey(txId), Buffer.concat([encodeVersion(record), Buffer.of(record.code)]));
    }
    batch.put(SAVEPOINT, Buffer.from(JSON.stringify(update.savepoint)));
    await batch.write();
  }

  async close(): Promise<void> {
    await this.#db.close();
    openFolders.delete(this.#folder);
  }

  #get(namespace: string, key: string, snapshot: Snapshot): VersionedValue | undefined {
    const bytes = this.#db.getSync(keyOf('s', namespace, key), { snapshot });
    return bytes && decodeValue(bytes);
  }

  async *#range(namespace: string, start: string, end: string, snapshot: Snapshot) {
    const prefix = keyOf('s', namespace, '');
    // The byte after the separator closes the namespace.
    const lt = end === '' ? keyAfter(prefix) : keyOf('s', namespace, end);
    for await (const [key, bytes] of this.#db.iterator({ gte: keyOf('s', namespace, start), lt, snapshot })) {
      yield { key: key.subarray(prefix.length).toString(), ...decodeValue(bytes) };
    }
  }

  async *#history(namespace: string, key: string, snapshot: Snapshot) {
    const prefix = historyPrefix(namespace, key);
    const length = prefix.length + VERSION_BYTES;
    for await (const entry of this.#db.keys({ gte: prefix, lt: keyAfter(prefix), reverse: true, snapshot })) {
      // A longer key that begins with this one and a zero byte (composite keys hold them) has longer entries.
      if (entry.length === length) yield decodeVersion(entry.subarray(prefix.length));
    }
  }
}

function keyOf(kind: 's' | 'h', namespace: string, key: string): Buffer {
  return Buffer.from(`${kind}:${namespace}\0${key}`);
}

function historyPrefix(namespace: string, key: string): Buffer {
  return keyOf('h', namespace, `${key}\0`);
}

function transactionKey(txId: string): Buffer {
  return Buffer.from(`t:${txId}`);
}

/** The first key that does not begin with the prefix, whose last byte is a zero. */
function keyAfter(prefix: Buffer): Buffer {
  const after = Buffer.from(prefix);
  after[after.length - 1] = 1;
  return after;
}

function encodeVersion({ block, transaction }: Version): Buffer {
  const bytes = Buffer.alloc(VERSION_BYTES);
  bytes.writeBigUInt64BE(BigInt(block));
  bytes.writeUInt32BE(transaction, 8);
  return bytes;
}

function decodeVersion(bytes: Buffer): Version {
  return { block: Number(bytes.readBigUInt64BE()), transaction: bytes.readUInt32BE(8) };
}

function decodeValue(bytes: Buffer): VersionedValue {
  return { version: decodeVersion(bytes), value: bytes.subarray(VERSION_BYTES) };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
