import { type RecallRecord, recallRecordSchema } from '@hopline/protocol';
import { found } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';

/** A recall's own record, as the ledger stands. Throws GatewayError `not-found`. */
export async function recordOf(on: Queryable, recallId: string): Promise<RecallRecord> {
  const [row] = await on.query<{ record: unknown }>('select record from recalls where recall_id = $1', [recallId]);
  return recallRecordSchema.parse(found(row, 'the recall', { recallId }).record);
}
