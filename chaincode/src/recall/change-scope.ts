import type { TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { address } from './notify.ts';
import { ownOpenRecall } from './recall-of.ts';
import { narrow, widen } from './scope.ts';
import { takeStep } from './take-step.ts';

/** Widens or narrows a recall, with its reason. It is a new version, which everybody concerned has to acknowledge. */
export async function changeScope(
  change: TransactionInput<'recall:ChangeScope'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const { recallId, reason, evidence, add, remove } = change;
  const known = await ownOpenRecall(draft, recallId, circumstances.submitter);
  const addressed = await address(draft, known, change);
  const next = { ...addressed, version: known.version + 1, evidence: evidence ?? known.evidence };
  const narrowed = await narrow(draft, next, [...new Set(remove)]);
  const recall = await widen(draft, narrowed, add, circumstances.timeMs);
  const added = recall.lots - narrowed.lots;
  const removed = known.lots - narrowed.lots;
  if (added + removed === 0) throw new Refused('recall-scope', 'the scope is like that already', { recallId });
  if (recall.lots === 0) {
    throw new Refused('recall-scope', 'nothing would be left in the scope: close the recall instead', { recallId });
  }
  draft.put('recall', [recallId], recall);
  return takeStep(
    draft,
    recall,
    {
      step: 'scope-changed',
      version: recall.version,
      reason,
      evidence,
      added,
      removed,
      addressees: recall.addressees.slice(known.addressees.length),
    },
    circumstances,
  );
}
