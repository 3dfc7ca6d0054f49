import type { RecallAct, RecallRecord } from '@hopline/protocol';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';

/** Records a step of a recall, and makes it the transaction's result and event. */
export function takeStep(
  draft: Draft,
  { recallId, version }: Pick<RecallRecord, 'recallId' | 'version'>,
  act: RecallAct,
  { submitter, timeMs, transactionId }: Circumstances,
): Outcome {
  draft.put('recall-step', [recallId, transactionId], {
    schema: 1,
    recallId,
    mspId: submitter,
    atMs: timeMs,
    transactionId,
    act,
  });
  const step = { recallId, step: act.step, version };
  return { result: step, event: { name: 'recalled', payload: step } };
}
