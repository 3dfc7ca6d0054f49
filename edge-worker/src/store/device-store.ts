import type { DeviceSequence } from '@hopline/protocol';
import { addInterval, covers, type Interval } from '../readings/interval.ts';

/** What the node remembers of a device for ever: its epochs, and the counters whose leaves are here no longer. */
interface DeviceMemory {
  readonly id: number;
  /** The highest epoch, which nearly all readings are of; the others are looked up. */
  highestEpoch: number | null;
  epochs: number;
  readonly seen: Map<number, Interval[]>;
}

/**
 * Devices by URN, with a cache of what was read since the object woke. A transaction that is rolled back must be followed
 * by `forget`.
 */
export class DeviceStore {
  readonly #sql: SqlStorage;
  readonly #memory = new Map<string, DeviceMemory>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The device's number here; a new one for a device that has none. */
  id(device: string): number {
    return this.#of(device).id;
  }

  name(id: number): string {
    return this.#sql.exec<{ device: string }>('SELECT device FROM devices WHERE id = ?', id).one().device;
  }

  /** How many epochs the device has opened, and the highest. */
  epochs(device: string): { readonly count: number; readonly highest: number | null } {
    const { epochs, highestEpoch } = this.#of(device);
    return { count: epochs, highest: highestEpoch };
  }

  hasOpened(device: string, epoch: number): boolean {
    const { id, highestEpoch } = this.#of(device);
    if (highestEpoch === null || epoch >= highestEpoch) return epoch === highestEpoch;
    return [...this.#sql.exec('SELECT 1 FROM epochs WHERE device = ? AND epoch = ?', id, epoch)].length > 0;
  }

  openEpoch(device: string, epoch: number, nowMs: number): void {
    if (this.hasOpened(device, epoch)) return;
    const memory = this.#of(device);
    memory.epochs++;
    memory.highestEpoch = Math.max(memory.highestEpoch ?? epoch, epoch);
    this.#sql.exec('INSERT INTO epochs (device, epoch, opened_ms) VALUES (?, ?, ?)', memory.id, epoch, nowMs);
  }

  /** Whether a reading of this sequence was here and has left, or is anchored elsewhere. */
  hasLeft(device: string, { epoch, counter }: DeviceSequence): boolean {
    return covers(this.#of(device).seen.get(epoch) ?? [], counter);
  }

  addSeen(device: string, epoch: number, added: Interval): void {
    const memory = this.#of(device);
    const { intervals, joined, absorbed } = addInterval(memory.seen.get(epoch) ?? [], added);
    for (const { first } of absorbed) {
      this.#sql.exec('DELETE FROM seen WHERE device = ? AND epoch = ? AND first = ?', memory.id, epoch, first);
    }
    this.#sql.exec(
      'INSERT INTO seen (device, epoch, first, last) VALUES (?, ?, ?, ?)',
      memory.id,
      epoch,
      joined.first,
      joined.last,
    );
    memory.seen.set(epoch, intervals);
  }

  forget(): void {
    this.#memory.clear();
  }

  #of(device: string): DeviceMemory {
    const known = this.#memory.get(device);
    if (known) return known;
    const id = this.#idOf(device);
    const { epochs, highestEpoch } = this.#sql
      .exec<{ epochs: number; highestEpoch: number | null }>(
        'SELECT count(*) AS epochs, max(epoch) AS highestEpoch FROM epochs WHERE device = ?',
        id,
      )
      .one();
    const memory: DeviceMemory = { id, epochs, highestEpoch, seen: new Map() };
    const rows = this.#sql.exec<{ epoch: number; first: number; last: number }>(
      'SELECT epoch, first, last FROM seen WHERE device = ? ORDER BY epoch, first',
      id,
    );
    for (const { epoch, first, last } of rows) {
      const intervals = memory.seen.get(epoch) ?? [];
      intervals.push({ first, last });
      memory.seen.set(epoch, intervals);
    }
    this.#memory.set(device, memory);
    return memory;
  }

  #idOf(device: string): number {
    const [row] = this.#sql.exec<{ id: number }>('SELECT id FROM devices WHERE device = ?', device);
    return (
      row?.id ?? this.#sql.exec<{ id: number }>('INSERT INTO devices (device) VALUES (?) RETURNING id', device).one().id
    );
  }
}
