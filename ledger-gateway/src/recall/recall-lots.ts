import { z } from 'zod';
import type { Queryable } from '../store/database.ts';

export const recallLotSchema = z.object({
  item: z.string(),
  gtin: z.string().nullable(),
  lot: z.string().nullable(),
  serial: z.string().nullable(),
  product: z.string().nullable(),
  via: z.string().nullable(),
  fromVersion: z.int(),
  toVersion: z.int().nullable(),
  onHold: z.boolean(),
});

/** A lot of a recall's scope, with the versions that it is in. */
export interface ScopeRow extends Record<string, unknown> {
  readonly item: string;
  readonly via: string | null;
  readonly from_version: number;
  readonly to_version: number | null;
}

/**
 * Lots of a scope with their names, suspects first. Put together here: joined in SQL, a planner that knows nothing of the
 * sizes walks through the one list for each row of the other.
 */
export async function lotsOf(
  on: Queryable,
  recallId: string,
  scope: readonly ScopeRow[],
): Promise<z.infer<typeof recallLotSchema>[]> {
  const items = await on.query<{ item: string; gtin: string | null; lot: string | null; serial: string | null }>(
    'select item, gtin, lot, serial from items where item = any($1::text[])',
    [scope.map(({ item }) => item)],
  );
  const products = await on.query<{ gtin: string; name: string }>(
    'select gtin, name from products where gtin = any($1::text[])',
    [[...new Set(items.flatMap(({ gtin }) => gtin ?? []))]],
  );
  const holds = await on.query<{ item: string }>('select item from holds where recall_id = $1', [recallId]);
  const itemOf = new Map(items.map((row) => [row.item, row]));
  const productOf = new Map(products.map(({ gtin, name }) => [gtin, name]));
  const held = new Set(holds.map(({ item }) => item));
  return scope
    .toSorted(
      (a, b) =>
        Number(a.via !== null) - Number(b.via !== null) ||
        a.from_version - b.from_version ||
        (a.item < b.item ? -1 : 1),
    )
    .map(({ item, via, from_version, to_version }) => {
      const { gtin = null, lot = null, serial = null } = itemOf.get(item) ?? {};
      const product = gtin === null ? null : (productOf.get(gtin) ?? null);
      const span = { fromVersion: from_version, toVersion: to_version };
      return { item, gtin, lot, serial, product, via, ...span, onHold: held.has(item) };
    });
}
