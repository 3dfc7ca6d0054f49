import type { Bytes } from '@hopline/protocol';

/** Why an acknowledged message does not go to the ledger. Closed. */
export const quarantineReasons = [
  'signature-invalid',
  'equivocation',
  'revoked',
  'foreign',
  'epoch-unknown',
  'malformed',
  'clock-ahead',
  'restored-ambiguous',
] as const;
export type QuarantineReason = (typeof quarantineReasons)[number];

export interface QuarantineItem {
  readonly id: number;
  readonly reason: QuarantineReason;
  readonly device: string;
  readonly receivedAtMs: number;
  readonly message: Bytes;
}

type Row = { id: number; reason: QuarantineReason; device: string; received_ms: number; message: ArrayBuffer };

/** Messages that were acknowledged and set aside, for people to look at. The disk budget bounds them, as all else. */
export class QuarantineStore {
  readonly #sql: SqlStorage;
  /** Devices with something here: all others need no look-up by digest. */
  #devices: Set<string> | null = null;
  #total: number | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(item: Omit<QuarantineItem, 'id'>, digest: Bytes): void {
    this.#sql.exec(
      'INSERT INTO quarantine (reason, device, received_ms, digest, message) VALUES (?, ?, ?, ?, ?)',
      item.reason,
      item.device,
      item.receivedAtMs,
      digest,
      item.message,
    );
    this.#withItems().add(item.device);
    this.#total = this.total() + 1;
  }

  /** Whether the device has anything here; cheap. */
  holdsAnyOf(device: string): boolean {
    return this.#withItems().has(device);
  }

  has(device: string, digest: Bytes): boolean {
    return (
      this.holdsAnyOf(device) &&
      [...this.#sql.exec('SELECT 1 FROM quarantine WHERE device = ? AND digest = ? LIMIT 1', device, digest)].length > 0
    );
  }

  list(after: number, limit: number): QuarantineItem[] {
    const rows = this.#sql.exec<Row>(
      'SELECT id, reason, device, received_ms, message FROM quarantine WHERE id > ? ORDER BY id LIMIT ?',
      after,
      limit,
    );
    return [...rows].map((row) => ({
      id: row.id,
      reason: row.reason,
      device: row.device,
      receivedAtMs: row.received_ms,
      message: new Uint8Array(row.message),
    }));
  }

  total(): number {
    this.#total ??= this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM quarantine').one().n;
    return this.#total;
  }

  forget(): void {
    this.#devices = null;
    this.#total = null;
  }

  #withItems(): Set<string> {
    this.#devices ??= new Set(
      [...this.#sql.exec<{ device: string }>('SELECT DISTINCT device FROM quarantine')].map((row) => row.device),
    );
    return this.#devices;
  }
}
