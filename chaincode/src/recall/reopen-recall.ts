import type { TransactionInput } from '@hopline/protocol';
import { assertOwn } from '../registry/ownership.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { recallIn } from './recall-of.ts';
import { putHold, scopeOf } from './scope.ts';
import { takeStep } from './take-step.ts';

/** Opens a closed recall again, with its last scope on hold. */
export async function reopenRecall(
  { recallId, reason }: TransactionInput<'recall:Reopen'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const recall = await recallIn(draft, recallId, 'closed');
  assertOwn('recall', recall.mspId, circumstances.submitter);
  for (const item of await scopeOf(draft, recallId)) putHold(draft, recall, item, circumstances.timeMs);
  draft.put('recall', [recallId], { ...recall, state: 'open', closedAtMs: null, conclusion: null });
  return takeStep(draft, recall, { step: 'reopened', reason }, circumstances);
}
