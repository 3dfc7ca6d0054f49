import { type Bytes, concat } from '@hopline/protocol';

/** A row of a Durable Object holds at most 2 MB, so what may be larger lies in parts. */
const partBytes = 1_000_000;

export class BlobStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  put(name: string, bytes: Uint8Array): void {
    this.#sql.exec('DELETE FROM blobs WHERE name = ?', name);
    for (let part = 0; part * partBytes < bytes.length; part++) {
      const slice = bytes.slice(part * partBytes, (part + 1) * partBytes);
      this.#sql.exec('INSERT INTO blobs (name, part, bytes) VALUES (?, ?, ?)', name, part, slice);
    }
  }

  get(name: string): Bytes | null {
    const rows = this.#sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM blobs WHERE name = ? ORDER BY part', name);
    const parts = [...rows].map((row) => new Uint8Array(row.bytes));
    return parts.length === 0 ? null : concat(...parts);
  }
}
