import type { RecallRecord, ScopeLine } from '@hopline/protocol';
import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import { readDocuments } from './evidence.ts';
import { recordOf } from './recall-record.ts';

/**
 * Lots of a recall's last frozen scope that the ledger does not have in it yet, in the order in which it takes them. None
 * where the frozen trace is not here. What was let out of the scope stays out.
 */
export async function restOf(on: Queryable, { recallId, evidence, lots }: RecallRecord): Promise<readonly ScopeLine[]> {
  const frozen = (await readDocuments(on, [evidence.digest])).get(evidence.digest);
  if (!frozen || frozen.lots.length <= lots) return [];
  const lines = await on.query<{ item: string }>('select item from recall_scope where recall_id = $1', [recallId]);
  const known = new Set(lines.map(({ item }) => item));
  return frozen.lots.filter(({ item }) => !known.has(item));
}

/** Refuses `recall-state` while lots of the frozen scope are not on hold yet: a new scope would leave them out for ever. */
export async function assertComplete(on: Queryable, recallId: string): Promise<void> {
  const rest = await restOf(on, await recordOf(on, recallId));
  if (rest.length === 0) return;
  throw new GatewayError('recall-state', `${rest.length} lots of the scope are not on hold yet`, {
    recallId,
    lotsToCome: rest.length,
    advice: 'they are being put on hold: try again in a moment, or close the recall',
  });
}
