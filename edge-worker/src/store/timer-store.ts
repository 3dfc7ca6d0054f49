/** Everything that the node's one alarm stands for. */
export const timerNames = [
  'registry',
  'compare',
  'seal',
  'forward',
  'heads',
  'alerts',
  'sessions',
  'retention',
] as const;
export type TimerName = (typeof timerNames)[number];

export interface Timer {
  readonly name: TimerName;
  readonly dueMs: number;
  /** Failures in a row, for the back-off. */
  readonly attempts: number;
}

export class TimerStore {
  readonly #sql: SqlStorage;
  readonly #timers = new Map<TimerName, Timer>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const rows = sql.exec<{ name: TimerName; due_ms: number; attempts: number }>(
      'SELECT name, due_ms, attempts FROM timers',
    );
    for (const { name, due_ms: dueMs, attempts } of rows) this.#timers.set(name, { name, dueMs, attempts });
  }

  get(name: TimerName): Timer | null {
    return this.#timers.get(name) ?? null;
  }

  all(): Timer[] {
    return [...this.#timers.values()];
  }

  set(name: TimerName, dueMs: number, attempts: number): void {
    this.#timers.set(name, { name, dueMs, attempts });
    this.#sql.exec('INSERT OR REPLACE INTO timers (name, due_ms, attempts) VALUES (?, ?, ?)', name, dueMs, attempts);
  }

  clear(name: TimerName): void {
    if (!this.#timers.delete(name)) return;
    this.#sql.exec('DELETE FROM timers WHERE name = ?', name);
  }
}
