import { type Excursion, type ExcursionAlert, excursionAlertSchema } from '@hopline/protocol';
import type { TrackerState } from '../rules/excursion-tracker.ts';

/** Alerts that no gateway has taken; beyond it the oldest make room, since each excursion is in a statement too. */
export const maxUndeliveredAlerts = 10_000;
/** Delivered alerts are kept this long, so that people find them here. */
const deliveredAlertsKept = 1000;

type ExcursionRow = {
  device: string;
  rule: string;
  from_ms: number;
  stream: string;
  to_ms: number;
  peak: number;
};

/** State of the local rules, excursions that wait for a statement, and alerts that wait for the gateway. */
export class RuleStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  state(deviceId: number, rule: string): TrackerState | null {
    const [row] = this.#sql.exec<{ state: string }>(
      'SELECT state FROM rule_states WHERE device = ? AND rule = ?',
      deviceId,
      rule,
    );
    return row ? (JSON.parse(row.state) as TrackerState) : null;
  }

  saveState(deviceId: number, rule: string, state: TrackerState): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO rule_states (device, rule, state) VALUES (?, ?, ?)',
      deviceId,
      rule,
      JSON.stringify(state),
    );
  }

  /** The next statement has it; an excursion that goes on after that is noted, and stated, again. */
  noteExcursion({ device, rule, fromMs, stream, toMs, peak }: Excursion): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO excursions (device, rule, from_ms, stream, to_ms, peak) VALUES (?, ?, ?, ?, ?, ?)',
      device,
      rule,
      fromMs,
      stream,
      toMs,
      peak,
    );
  }

  excursions(limit: number): Excursion[] {
    const rows = this.#sql.exec<ExcursionRow>(
      'SELECT device, rule, from_ms, stream, to_ms, peak FROM excursions ORDER BY from_ms, device, rule LIMIT ?',
      limit,
    );
    return [...rows].map(({ from_ms: fromMs, to_ms: toMs, device, stream, rule, peak }) => ({
      device,
      stream,
      rule,
      fromMs,
      toMs,
      peak,
    }));
  }

  /** A statement has these. One that has grown in the meantime stays for the next. */
  removeExcursions(stated: readonly Excursion[]): void {
    for (const { device, rule, fromMs, toMs, peak } of stated) {
      this.#sql.exec(
        'DELETE FROM excursions WHERE device = ? AND rule = ? AND from_ms = ? AND to_ms = ? AND peak = ?',
        device,
        rule,
        fromMs,
        toMs,
        peak,
      );
    }
  }

  /** Puts an alert into the outbox. Returns how many older ones had to make room. */
  addAlert(alert: ExcursionAlert, keep = maxUndeliveredAlerts): number {
    this.#sql.exec(
      'INSERT OR IGNORE INTO alerts (id, received_ms, event, delivered) VALUES (?, ?, ?, 0)',
      alert.id,
      alert.data.receivedAtMs,
      JSON.stringify(alert),
    );
    return this.#trim(0, keep);
  }

  undelivered(limit: number): ExcursionAlert[] {
    const rows = this.#sql.exec<{ event: string }>(
      'SELECT event FROM alerts WHERE delivered = 0 ORDER BY received_ms LIMIT ?',
      limit,
    );
    return [...rows].map((row) => excursionAlertSchema.parse(JSON.parse(row.event)));
  }

  markDelivered(id: string): void {
    this.#sql.exec('UPDATE alerts SET delivered = 1 WHERE id = ?', id);
    this.#trim(1, deliveredAlertsKept);
  }

  alertCount(): number {
    return this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM alerts').one().n;
  }

  #trim(delivered: 0 | 1, keep: number): number {
    const removed = this.#sql.exec(
      `DELETE FROM alerts WHERE id IN
       (SELECT id FROM alerts WHERE delivered = ? ORDER BY received_ms DESC LIMIT -1 OFFSET ?)
       RETURNING id`,
      delivered,
      keep,
    );
    return [...removed].length;
  }
}
