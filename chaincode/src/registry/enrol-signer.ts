import type { TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { assertCheckDigits } from './check-digits.ts';
import { assertBound, openProof, redeemProof } from './open-proof.ts';
import { assertOwn, loadOrganisation } from './ownership.ts';
import { registered } from './registered.ts';

/**
 * Registers who may sign supply-chain events for the organisation. A signer is enrolled once; after its key was revoked it
 * may be enrolled again with a new one. That its places are the organisation's own is looked at when it signs.
 */
export async function enrolSigner(
  { proof, signer }: TransactionInput<'registry:EnrolSigner'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const { submitter, timeMs } = circumstances;
  assertOwn('signer', signer.mspId, submitter);
  assertCheckDigits('gln', signer.places);
  await loadOrganisation(draft, submitter);
  const known = await draft.load('signer', signer.signer);
  if (known) assertOwn('signer', known.mspId, submitter);
  if (known && !known.revoked) {
    throw new Refused('already-enrolled', 'the signer is enrolled already', { signer: signer.signer, kid: known.kid });
  }
  const enrolment = await openProof(proof, 'signer', circumstances);
  assertBound(enrolment, signer.signer, signer.publicKey);
  const kid = await redeemProof(draft, enrolment, timeMs);
  draft.put('signer', [signer.signer], { schema: 1, ...signer, kid, enrolledAtMs: timeMs, revoked: false });
  return registered('signer', signer.signer);
}
