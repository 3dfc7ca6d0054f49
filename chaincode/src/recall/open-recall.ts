import type { RecallRecord, TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import { assertCheckDigits } from '../registry/check-digits.ts';
import { loadOrganisation } from '../registry/ownership.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { widen } from './scope.ts';
import { takeStep } from './take-step.ts';

/** Opens a recall. From the block of this transaction on its goods are on hold, except where it is an exercise. */
export async function openRecall(
  { recall: opened }: TransactionInput<'recall:Open'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const { submitter, timeMs } = circumstances;
  const { recallId, kind, authority, scope, reason, evidence, returnTo, outside } = opened;
  await loadOrganisation(draft, submitter);
  assertCheckDigits('gln', [...returnTo, ...outside]);
  if ((kind === 'mandatory') !== (authority !== null)) {
    throw new Refused('argument-malformed', 'a mandatory recall, and no other, names the authority that ordered it', {
      kind,
      authority,
    });
  }
  const known = await draft.load('recall', recallId);
  if (known) {
    throw new Refused('recall-exists', 'a recall has this id already', {
      recallId,
      mspId: known.mspId,
      evidence: known.evidence.digest,
    });
  }
  const record: RecallRecord = {
    schema: 1,
    recallId,
    mspId: submitter,
    kind,
    class: opened.class,
    reason,
    authority,
    returnTo,
    gtins: [],
    lots: 0,
    lotsEver: 0,
    version: 1,
    evidence,
    addressees: await registered(draft, opened.addressees),
    outside: [...new Set(outside)],
    state: 'open',
    openedAtMs: timeMs,
    closedAtMs: null,
    conclusion: null,
  };
  const recall = await widen(draft, record, scope, timeMs);
  draft.put('recall', [recallId], recall);
  const act = { step: 'opened', version: 1, reason, evidence, added: recall.lots } as const;
  return takeStep(draft, recall, act, circumstances);
}

/** Organisations that have to be on the channel, each once. Refuses `unknown-organisation`. */
export async function registered(draft: Draft, mspIds: readonly string[]): Promise<string[]> {
  const unique = [...new Set(mspIds)];
  for (const mspId of unique) await loadOrganisation(draft, mspId);
  return unique;
}
