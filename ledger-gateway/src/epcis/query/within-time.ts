import { GatewayError } from '../../gateway-error.ts';
import type { Database, Queryable } from '../../store/database.ts';

/** PostgreSQL's `query_canceled`. */
const cancelled = '57014';

/**
 * Reads in a transaction that PostgreSQL ends when one of its statements takes too long, so that nobody's question keeps the
 * others waiting. PGlite runs in this very thread and can't be interrupted: there the limit has no effect.
 * @throws GatewayError `query-too-complex`
 */
export async function withinTime<T>(
  database: Database,
  timeoutMs: number,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  try {
    return await database.transaction(async (tx) => {
      await tx.query(`set local statement_timeout = ${Math.ceil(timeoutMs)}`);
      return work(tx);
    });
  } catch (error) {
    if (!(error instanceof Error) || (error as { code?: unknown }).code !== cancelled) throw error;
    throw new GatewayError('query-too-complex', 'the query takes too long: narrow it', { timeoutMs }, { cause: error });
  }
}
