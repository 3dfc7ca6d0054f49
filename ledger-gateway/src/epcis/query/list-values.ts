import type { Queryable } from '../../store/database.ts';
import type { TermColumn } from './predicate.ts';

/** What the top-level resources list: a column of the events, or everything that events speak of. */
export type ValueSource = TermColumn | 'item';

/**
 * Values that events hold and those that are there in any case, each once, in their order behind `after`. The time it takes
 * grows with the answer, not with the table.
 */
export async function listValues(
  on: Queryable,
  source: ValueSource,
  after: string | null,
  limit: number,
  always: readonly string[] = [],
): Promise<string[]> {
  const held = await heldValues(on, source, after, limit);
  const more = always.filter((value) => after === null || Buffer.compare(Buffer.from(value), Buffer.from(after)) > 0);
  return [...new Set([...held, ...more])]
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .slice(0, limit);
}

async function heldValues(on: Queryable, source: ValueSource, after: string | null, limit: number): Promise<string[]> {
  if (source === 'item') {
    const rows = await on.query<{ value: string }>(
      `select item as value from items where ${after === null ? 'true' : 'item > $2'} order by item limit $1`,
      after === null ? [limit] : [limit, after],
    );
    return rows.map(({ value }) => value);
  }
  // Each step looks the next value up in the index: PostgreSQL has no skip scan that would do it by itself.
  const rows = await on.query<{ value: string }>(
    `with recursive found(value) as (
       (select ${source} from epcis_events where ${source} > $2 order by ${source} limit 1)
       union all
       select (select e.${source} from epcis_events e where e.${source} > found.value order by e.${source} limit 1)
       from found where found.value is not null)
     select value from found where value is not null limit $1`,
    [limit, after ?? ''],
  );
  return rows.map(({ value }) => value);
}

/** Whether any event holds a value. */
export async function hasValue(on: Queryable, source: ValueSource, value: string): Promise<boolean> {
  const rows =
    source === 'item'
      ? await on.query('select 1 from items where item = $1', [value])
      : await on.query(`select 1 from epcis_events where ${source} = $1 limit 1`, [value]);
  return rows.length > 0;
}
