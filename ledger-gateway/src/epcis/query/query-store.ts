import type { JsonObject } from '@hopline/protocol/epcis';
import { GatewayError } from '../../gateway-error.ts';
import type { Queryable } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { epcisLimits } from '../limits.ts';
import { readSubscriptions, subscriptionRow } from '../subscription/subscription-store.ts';

/** A query with a name, as it was given. */
export interface NamedQuery {
  readonly name: string;
  readonly query: JsonObject;
  readonly createdMs: number;
}

interface QueryRow extends Record<string, unknown> {
  readonly name: string;
  readonly query: JsonObject;
  readonly created_ms: number;
}

/**
 * Keeps a query under its name. A name is free again once its query was deleted.
 * @throws GatewayError `conflict`, `rate-limited` where there are too many
 */
export async function createQuery(store: Store, { name, query, createdMs }: NamedQuery): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    if (await readQuery(tx, name)) throw new GatewayError('conflict', 'a query has this name', { name });
    const [all] = await tx.query<{ count: number }>(
      'select count(*)::bigint as count from epcis_queries where deleted_ms is null',
    );
    const { maxQueries } = epcisLimits;
    if ((all?.count ?? 0) >= maxQueries) throw new GatewayError('rate-limited', 'too many queries', { maxQueries });
    await put({ table: 'epcis_queries', row: { name, query, created_ms: createdMs, deleted_ms: null } });
  });
}

export async function readQuery(on: Queryable, name: string): Promise<NamedQuery | null> {
  const [row] = await on.query<QueryRow>('select * from epcis_queries where name = $1 and deleted_ms is null', [name]);
  return row ? queryOf(row) : null;
}

/** A query by its name. Throws `unknown-query`. */
export async function namedQuery(on: Queryable, name: string): Promise<NamedQuery> {
  const query = await readQuery(on, name);
  if (query === null) throw unknownQuery(name);
  return query;
}

export function unknownQuery(name: string): GatewayError {
  return new GatewayError('unknown-query', 'there is no query of this name', { name });
}

/** Queries by name, behind `after`. */
export async function listQueries(on: Queryable, after: string | null, limit: number): Promise<NamedQuery[]> {
  const rows = await on.query<QueryRow>(
    'select * from epcis_queries where deleted_ms is null and name > $1 order by name limit $2',
    [after ?? '', limit],
  );
  return rows.map(queryOf);
}

/** Removes a query with its subscriptions; `false` where there is none of this name. */
export async function deleteQuery(store: Store, name: string, nowMs: number): Promise<boolean> {
  return store.writeOwn(async (tx, put) => {
    const query = await readQuery(tx, name);
    if (query === null) return false;
    for (const subscription of await readSubscriptions(tx, name)) {
      await put({ table: 'epcis_subscriptions', row: { ...subscriptionRow(subscription), deleted_ms: nowMs } });
    }
    const { createdMs } = query;
    // The row stays as a mark: the journal knows no removal.
    await put({
      table: 'epcis_queries',
      row: { name, query: query.query, created_ms: createdMs, deleted_ms: nowMs },
    });
    return true;
  });
}

function queryOf({ name, query, created_ms }: QueryRow): NamedQuery {
  return { name, query, createdMs: created_ms };
}
