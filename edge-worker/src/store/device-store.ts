import type { DeviceSequence } from '@hopline/protocol';
import { addInterval, covers, type Interval } from '../readings/interval.ts';

/** What the node remembers of a device for ever: its epochs, and the counters whose leaves are here no longer. */
interface DeviceMemory {
  readonly id: number;
  readonly epochs: Set<number>;
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

  epochs(device: string): ReadonlySet<number> {
    return this.#of(device).epochs;
  }

  openEpoch(device: string, epoch: number, nowMs: number): void {
    const memory = this.#of(device);
    if (memory.epochs.has(epoch)) return;
    memory.epochs.add(epoch);
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
    const epochs = this.#sql.exec<{ epoch: number }>('SELECT epoch FROM epochs WHERE device = ?', id);
    const memory: DeviceMemory = { id, epochs: new Set([...epochs].map((row) => row.epoch)), seen: new Map() };
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
