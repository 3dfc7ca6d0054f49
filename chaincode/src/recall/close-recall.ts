import { isExplained, openItemKey, type TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { openItemsOf } from './open-items.ts';
import { ownOpenRecall } from './recall-of.ts';
import { scopeOf } from './scope.ts';
import { takeStep } from './take-step.ts';

const maxOpenItemsNamed = 50;

/**
 * Closes a recall with a conclusion. While something is open it needs a reason for each such thing. The goods stay on
 * hold, since paper does not make them safe, unless the closing lets them go or it was an exercise.
 */
export async function closeRecall(
  { recallId, conclusion, release, reasons }: TransactionInput<'recall:Close'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const recall = await ownOpenRecall(draft, recallId, circumstances.submitter);
  const explained = new Set(reasons.map(({ item }) => openItemKey(item)));
  const open = (await openItemsOf(draft, recall)).filter((item) => !isExplained(item, explained));
  if (open.length > 0) {
    throw new Refused('recall-open', 'something is open: each such thing needs a reason', {
      recallId,
      total: open.length,
      open: open.slice(0, maxOpenItemsNamed),
    });
  }
  const letGo = release || recall.kind === 'mock';
  if (letGo) for (const item of await scopeOf(draft, recallId)) draft.remove('hold', [item, recallId]);
  draft.put('recall', [recallId], { ...recall, state: 'closed', closedAtMs: circumstances.timeMs, conclusion });
  return takeStep(draft, recall, { step: 'closed', conclusion, release: letGo, reasons }, circumstances);
}
