import { type Bytes, concat, type DeviceSequence, equal } from '@hopline/protocol';

/**
 * Of the SHA-256 of a message that has left this much is kept. A device that wanted two messages alike in it, both signed,
 * would have to try about 2⁶⁴ of them.
 */
export const leftDigestBytes = 16;
/** Rows that go at a time: expiry must not hold up readings. */
const maxRowsPerRemoval = 1000;

/** A reading on its way out: where it stands and the digest of its message. */
export interface Leaving {
  readonly deviceId: number;
  readonly sequence: DeviceSequence;
  /** SHA-256, whole. */
  readonly digest: Bytes;
}

interface Run {
  readonly deviceId: number;
  readonly epoch: number;
  readonly first: number;
  readonly digests: Bytes[];
}

/** Digests of readings whose leaves have left, so that another message with one's counter is still told from the same again. */
export class LeftStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Keeps the digests of readings that leave now. */
  add(leaving: readonly Leaving[], nowMs: number): void {
    for (const { deviceId, epoch, first, digests } of runsOf(leaving)) {
      this.#sql.exec(
        'INSERT OR REPLACE INTO left_digests (device, epoch, first, last, left_ms, digests) VALUES (?, ?, ?, ?, ?, ?)',
        deviceId,
        epoch,
        first,
        first + digests.length - 1,
        nowMs,
        concat(...digests),
      );
    }
  }

  /** Whether the message that has left with this sequence has this SHA-256; `null` where that is not known any more. */
  matches(deviceId: number, { epoch, counter }: DeviceSequence, digest: Bytes): boolean | null {
    const [row] = this.#sql.exec<{ first: number; last: number; digests: ArrayBuffer }>(
      'SELECT first, last, digests FROM left_digests WHERE device = ? AND epoch = ? AND first <= ? ORDER BY first DESC LIMIT 1',
      deviceId,
      epoch,
      counter,
    );
    if (!row || row.last < counter) return null;
    const at = (counter - row.first) * leftDigestBytes;
    return equal(new Uint8Array(row.digests, at, leftDigestBytes), digest.subarray(0, leftDigestBytes));
  }

  /** Removes what left at or before a time; the oldest first, a bounded number at a time. */
  removeUntil(leftMs: number): void {
    this.#sql.exec(
      `DELETE FROM left_digests WHERE (device, epoch, first) IN
       (SELECT device, epoch, first FROM left_digests WHERE left_ms <= ? ORDER BY left_ms LIMIT ?)`,
      leftMs,
      maxRowsPerRemoval,
    );
  }

  /** When the oldest left; `null` where there is none. */
  oldestMs(): number | null {
    return this.#sql.exec<{ oldest: number | null }>('SELECT min(left_ms) AS oldest FROM left_digests').one().oldest;
  }
}

/** Readings of one device and epoch with consecutive counters, together. */
function runsOf(leaving: readonly Leaving[]): Run[] {
  const sorted = leaving.toSorted(
    (one, other) =>
      one.deviceId - other.deviceId ||
      one.sequence.epoch - other.sequence.epoch ||
      one.sequence.counter - other.sequence.counter,
  );
  const runs: Run[] = [];
  for (const { deviceId, sequence, digest } of sorted) {
    const { epoch, counter } = sequence;
    const run = runs.at(-1);
    const kept = digest.subarray(0, leftDigestBytes);
    const follows = run?.deviceId === deviceId && run.epoch === epoch && run.first + run.digests.length === counter;
    if (run && follows) run.digests.push(kept);
    else runs.push({ deviceId, epoch, first: counter, digests: [kept] });
  }
  return runs;
}
