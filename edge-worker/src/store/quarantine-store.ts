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

/** How much is set aside: of one device, and of all. */
export interface QuarantineUsage {
  readonly ofDevice: number;
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Messages that were acknowledged and set aside, for people to look at. Nothing in here ever leaves by itself, so the intake
 * holds a quota before it adds. What was acknowledged before (readings that a revocation overtakes, or that a restored disk
 * makes doubtful) is added in any case.
 */
export class QuarantineStore {
  readonly #sql: SqlStorage;
  /** Number of messages of the devices with something here: all others need no look-up by digest. */
  #devices: Map<string, number> | null = null;
  #messages = 0;
  #bytes = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(item: Omit<QuarantineItem, 'id'>, digest: Bytes): void {
    const devices = this.#withItems();
    this.#sql.exec(
      'INSERT INTO quarantine (reason, device, received_ms, digest, message) VALUES (?, ?, ?, ?, ?)',
      item.reason,
      item.device,
      item.receivedAtMs,
      digest,
      item.message,
    );
    devices.set(item.device, (devices.get(item.device) ?? 0) + 1);
    this.#messages++;
    this.#bytes += item.message.length;
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
    this.#withItems();
    return this.#messages;
  }

  usage(device: string): QuarantineUsage {
    const ofDevice = this.#withItems().get(device) ?? 0;
    return { ofDevice, messages: this.#messages, bytes: this.#bytes };
  }

  forget(): void {
    this.#devices = null;
  }

  #withItems(): Map<string, number> {
    if (this.#devices) return this.#devices;
    this.#devices = new Map();
    this.#messages = 0;
    this.#bytes = 0;
    const rows = this.#sql.exec<{ device: string; messages: number; bytes: number }>(
      'SELECT device, count(*) AS messages, sum(length(message)) AS bytes FROM quarantine GROUP BY device',
    );
    for (const { device, messages, bytes } of rows) {
      this.#devices.set(device, messages);
      this.#messages += messages;
      this.#bytes += bytes;
    }
    return this.#devices;
  }
}
