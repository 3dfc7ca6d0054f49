import type { Bytes, DeviceSequence } from '@hopline/protocol';

export interface NewLeaf {
  readonly deviceId: number;
  /** `null` for legacy devices, which have no counters. */
  readonly sequence: DeviceSequence | null;
  readonly receivedAtMs: number;
  readonly late: boolean;
  /** `encodeLeaf` of it. */
  readonly bytes: Bytes;
}

export interface StoredLeaf {
  readonly id: number;
  readonly deviceId: number;
  readonly sequence: DeviceSequence | null;
  readonly receivedAtMs: number;
  readonly bytes: Bytes;
}

type LeafRow = {
  id: number;
  device: number;
  epoch: number | null;
  counter: number | null;
  received_ms: number;
  bytes: ArrayBuffer;
};
const columns = 'id, device, epoch, counter, received_ms, bytes';

/** Accepted readings in the order of their acceptance. A leaf above the head's `lastLeaf` is open: not sealed yet. */
export class LeafStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Stores a leaf; false where its device's sequence is taken already. */
  insert(leaf: NewLeaf): boolean {
    const cursor = this.#sql.exec(
      `INSERT INTO leaves (device, epoch, counter, received_ms, late, bytes) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING RETURNING id`,
      leaf.deviceId,
      leaf.sequence?.epoch ?? null,
      leaf.sequence?.counter ?? null,
      leaf.receivedAtMs,
      leaf.late ? 1 : 0,
      leaf.bytes,
    );
    return !cursor.next().done;
  }

  /** Bytes of the leaf that has this sequence, or `null`. */
  find(deviceId: number, { epoch, counter }: DeviceSequence): Bytes | null {
    const [row] = this.#sql.exec<{ bytes: ArrayBuffer }>(
      'SELECT bytes FROM leaves WHERE device = ? AND epoch = ? AND counter = ?',
      deviceId,
      epoch,
      counter,
    );
    return row ? new Uint8Array(row.bytes) : null;
  }

  /** Leaves with `after < id ≤ last`, in order. */
  list(after: number, last: number, limit: number, offset = 0): StoredLeaf[] {
    const rows = this.#sql.exec<LeafRow>(
      `SELECT ${columns} FROM leaves WHERE id > ? AND id <= ? ORDER BY id LIMIT ? OFFSET ?`,
      after,
      last,
      limit,
      offset,
    );
    return [...rows].map(fromRow);
  }

  /** Number, oldest time of receipt and last id of the leaves after an id. */
  openAfter(id: number): { count: number; oldestMs: number | null; lastId: number } {
    return this.#sql
      .exec<{ count: number; oldestMs: number | null; lastId: number }>(
        `SELECT count(*) AS count, min(received_ms) AS oldestMs, coalesce(max(id), ?1) AS lastId FROM leaves WHERE id > ?1`,
        id,
      )
      .one();
  }

  remove(id: number): void {
    this.#sql.exec('DELETE FROM leaves WHERE id = ?', id);
  }

  removeRange(first: number, last: number): void {
    this.#sql.exec('DELETE FROM leaves WHERE id BETWEEN ? AND ?', first, last);
  }
}

function fromRow(row: LeafRow): StoredLeaf {
  const sequence = row.epoch === null || row.counter === null ? null : { epoch: row.epoch, counter: row.counter };
  return {
    id: row.id,
    deviceId: row.device,
    sequence,
    receivedAtMs: row.received_ms,
    bytes: new Uint8Array(row.bytes),
  };
}
