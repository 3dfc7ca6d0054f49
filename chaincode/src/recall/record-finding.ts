import type { TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import { assertOwn, loadSite } from '../registry/ownership.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { recallIn } from './recall-of.ts';
import { takeStep } from './take-step.ts';

/**
 * Records what an organisation found at its own places; of parties outside the channel, whom nobody can speak for here, who
 * opened the recall says what they told. What it says of a place and lot takes the place of what it said before.
 */
export async function recordFinding(
  { recallId, findings }: TransactionInput<'recall:RecordFinding'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const { submitter, timeMs } = circumstances;
  const recall = await recallIn(draft, recallId, 'open');
  for (const finding of findings) {
    const { place, item } = finding;
    const isOutside = recall.outside.includes(place) && (await draft.load('site', place)) === null;
    const speaker = isOutside ? recall.mspId : (await loadSite(draft, place)).mspId;
    assertOwn('finding', speaker, submitter);
    if (!(await draft.load('recall-scope', recallId, item))) {
      throw new Refused('recall-scope', 'the item was never in the scope', { recallId, item });
    }
    draft.put('finding', [recallId, place, item], { schema: 1, recallId, mspId: submitter, atMs: timeMs, ...finding });
  }
  return takeStep(draft, recall, { step: 'found', findings }, circumstances);
}
