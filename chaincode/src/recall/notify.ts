import { maxAddressees, type RecallRecord, type TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import { assertCheckDigits } from '../registry/check-digits.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { registered } from './open-recall.ts';
import { ownOpenRecall } from './recall-of.ts';
import { takeStep } from './take-step.ts';

type Addressed = Pick<TransactionInput<'recall:Notify'>, 'addressees' | 'outside'>;

/** Records that notices of a version have reached these. Whoever was not addressed yet is from now on. */
export async function notify(
  { recallId, version, addressees, outside }: TransactionInput<'recall:Notify'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const known = await ownOpenRecall(draft, recallId, circumstances.submitter);
  if (version > known.version) {
    throw new Refused('recall-state', 'the scope has no such version', { recallId, version, current: known.version });
  }
  if (addressees.length + outside.length === 0) {
    throw new Refused('argument-malformed', 'a notice goes to somebody', { recallId });
  }
  const recall = await address(draft, known, { addressees, outside });
  // Acknowledgements read the record: it is written only where it changes, so that none of them has to be repeated for this.
  if (recall.addressees.length + recall.outside.length > known.addressees.length + known.outside.length) {
    draft.put('recall', [recallId], recall);
  }
  return takeStep(draft, recall, { step: 'notified', version, addressees, outside }, circumstances);
}

/** A recall that is addressed to these too, behind those that it is addressed to already. */
export async function address(draft: Draft, recall: RecallRecord, more: Addressed): Promise<RecallRecord> {
  assertCheckDigits('gln', more.outside);
  const addressees = [...new Set([...recall.addressees, ...(await registered(draft, more.addressees))])];
  const outside = [...new Set([...recall.outside, ...more.outside])];
  if (Math.max(addressees.length, outside.length) > maxAddressees) {
    throw new Refused('too-large', `a recall has at most ${maxAddressees} addressees`, { recallId: recall.recallId });
  }
  return { ...recall, addressees, outside };
}
