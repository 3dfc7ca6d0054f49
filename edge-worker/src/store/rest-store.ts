import type { Bytes } from '@hopline/protocol';
import type { RestStore } from '../mqtt/connection.ts';

/** Beginnings of large packets in SQLite, by connection. */
export class SqlRestStore implements RestStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  put(connection: string, bytes: Bytes): void {
    this.#sql.exec('INSERT OR REPLACE INTO partial_packets (connection, bytes) VALUES (?, ?)', connection, bytes);
  }

  read(connection: string): Bytes {
    const [row] = this.#sql.exec<{ bytes: ArrayBuffer }>(
      'SELECT bytes FROM partial_packets WHERE connection = ?',
      connection,
    );
    return new Uint8Array(row?.bytes ?? new ArrayBuffer(0));
  }

  drop(connection: string): void {
    this.#sql.exec('DELETE FROM partial_packets WHERE connection = ?', connection);
  }

  /** No socket of an earlier process is there any more, nor are their halves of packets. */
  clear(): void {
    this.#sql.exec('DELETE FROM partial_packets');
  }
}
