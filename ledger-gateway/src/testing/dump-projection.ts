import { columns } from '../projection/rows.ts';
import type { Queryable } from '../store/database.ts';

/** Every row of every derived table and the checkpoint, in an order that depends on nothing but the rows. */
export async function dumpProjection(on: Queryable): Promise<Record<string, string[]>> {
  const dump: Record<string, string[]> = {};
  for (const table of [...Object.keys(columns), 'checkpoint']) {
    const rows = await on.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`);
    dump[table] = rows.map(({ row }) => row).sort();
  }
  return dump;
}
