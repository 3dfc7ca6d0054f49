import type { TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import { assertOwn, loadSite } from '../registry/ownership.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { recallIn } from './recall-of.ts';
import { takeStep } from './take-step.ts';

/** Records what an organisation found at its own places. What it says of a place and lot takes the place of what it said before. */
export async function recordFinding(
  { recallId, findings }: TransactionInput<'recall:RecordFinding'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const { submitter, timeMs } = circumstances;
  const recall = await recallIn(draft, recallId, 'open');
  for (const finding of findings) {
    const { place, item } = finding;
    assertOwn('finding', (await loadSite(draft, place)).mspId, submitter);
    if (!(await draft.load('recall-scope', recallId, item))) {
      throw new Refused('recall-scope', 'the item was never in the scope', { recallId, item });
    }
    draft.put('finding', [recallId, place, item], { schema: 1, recallId, mspId: submitter, atMs: timeMs, ...finding });
  }
  return takeStep(draft, recall, { step: 'found', findings }, circumstances);
}
