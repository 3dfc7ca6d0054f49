export const countNames = [
  'published',
  'accepted',
  'duplicates',
  'refused',
  'quarantined',
  'anchored',
  'late',
  'dropped',
] as const;
export type CountName = (typeof countNames)[number];
export type Counts = Record<CountName, number>;

/** Totals since the node's first day. They are written with what they count, in one transaction. */
export class CountStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(increments: Partial<Counts>): void {
    for (const [name, value] of Object.entries(increments)) {
      if (value === 0) continue;
      this.#sql.exec(
        'INSERT INTO counts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
        name,
        value,
      );
    }
  }

  zero(): Counts {
    return Object.fromEntries(countNames.map((name) => [name, 0])) as Counts;
  }

  all(): Counts {
    const counts = this.zero();
    for (const { name, value } of this.#sql.exec<{ name: CountName; value: number }>(
      'SELECT name, value FROM counts',
    )) {
      counts[name] = value;
    }
    return counts;
  }
}
