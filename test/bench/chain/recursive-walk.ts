import type { Queryable } from '../../../ledger-gateway/src/store/database.ts';

/**
 * The lineage of a lot as one recursive query: lots only, whole, without the way that they took. It is what the walk in rounds is
 * measured against.
 */
export async function recursiveWalk(on: Queryable, item: string): Promise<number> {
  const rows = await on.query(
    `with recursive walk (subject) as (
       select number from items where item = $1
       union
       select made.subject from walk w
       join flows used on used.subject = w.subject and used.to_at = 4
       join flows made on made.from_at = 4 and made.from_id = used.to_id
     ) select subject from walk`,
    [item],
  );
  return rows.length;
}
