import type { RecallRecord } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import { assertOwn } from '../registry/ownership.ts';
import type { Draft } from '../state/draft.ts';

/** A recall that has to be there. Refuses `unknown-recall`. */
export async function recallOf(draft: Draft, recallId: string): Promise<RecallRecord> {
  const recall = await draft.load('recall', recallId);
  if (!recall) throw new Refused('unknown-recall', 'no such recall is on the ledger', { recallId });
  return recall;
}

/** A recall that is in this state. Refuses `recall-state`. */
export async function recallIn(draft: Draft, recallId: string, state: RecallRecord['state']): Promise<RecallRecord> {
  const recall = await recallOf(draft, recallId);
  if (recall.state === state) return recall;
  throw new Refused('recall-state', `the recall is ${recall.state}`, { recallId, state: recall.state });
}

/** An open recall that the submitter itself has opened. */
export async function ownOpenRecall(draft: Draft, recallId: string, submitter: string): Promise<RecallRecord> {
  const recall = await recallIn(draft, recallId, 'open');
  assertOwn('recall', recall.mspId, submitter);
  return recall;
}
