import { type Enrolment, openEnrolment, type Purpose } from '@hopline/protocol';
import { bytesOf } from '../base64-url.ts';
import { Refused, refusing } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances } from '../transaction.ts';
import { indexKey, type NewKey } from './key-index.ts';

/** Verifies a proof of possession and that it is bound to this purpose, the submitter's organisation and this channel. */
export async function openProof(
  proof: string,
  purpose: Purpose,
  { submitter, channel }: Circumstances,
): Promise<Enrolment> {
  const bytes = bytesOf(proof, 'the proof');
  const enrolment = await refusing('signature-refused', () => openEnrolment(bytes, channel));
  if (enrolment.purpose !== purpose) {
    throw new Refused('signature-refused', 'the proof is for another purpose', {
      purpose: enrolment.purpose,
      expected: purpose,
    });
  }
  if (enrolment.mspId !== submitter) {
    throw new Refused('not-permitted', 'the proof is bound to another organisation', {
      mspId: enrolment.mspId,
      submitter,
    });
  }
  return enrolment;
}

/** Refuses a proof that was made for something else than what is enrolled with it. */
export function assertBound(enrolment: Enrolment, subject: string, publicKey: string): void {
  if (enrolment.subject !== subject) {
    throw new Refused('signature-refused', 'the proof is bound to another subject', {
      subject: enrolment.subject,
      expected: subject,
    });
  }
  if (enrolment.publicKey !== publicKey) {
    throw new Refused('signature-refused', 'the proof is by another key', {
      publicKey: enrolment.publicKey,
      expected: publicKey,
    });
  }
}

/** Uses up the proof's one-time code and indexes its key. Gives the key's thumbprint. */
export async function redeemProof(draft: Draft, enrolment: Enrolment, timeMs: number): Promise<string> {
  const { codeDigest, mspId, subject, publicKey, purpose } = enrolment;
  const used = await draft.load('enrolment-code', codeDigest);
  if (used) {
    throw new Refused('enrolment-code-used', 'the one-time code has been used', {
      subject: used.subject,
      usedAtMs: used.usedAtMs,
    });
  }
  const key: NewKey = { publicKey, use: purpose, subject, mspId };
  const kid = await indexKey(draft, key, timeMs, { mayStay: false });
  draft.put('enrolment-code', [codeDigest], { schema: 1, codeDigest, mspId, subject, usedAtMs: timeMs });
  return kid;
}
