import {
  fromBase64Url,
  importPublicKey,
  parseAcknowledgement,
  type TransactionInput,
  toBase64Url,
  type UnverifiedAcknowledgement,
  verifyAcknowledgement,
} from '@hopline/protocol';
import { bytesOf } from '../base64-url.ts';
import { type Capturer, currentHolder } from '../provenance/capturer.ts';
import { Refused, refusing } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { recallIn } from './recall-of.ts';
import { takeStep } from './take-step.ts';

/**
 * Records that an organisation has taken note of a version of a recall, by the signature of one of its registered signers.
 * A version that it has acknowledged already, or a higher one, stays as it is: the first time counts.
 */
export async function acknowledge(
  { statement }: TransactionInput<'recall:Acknowledge'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const { submitter, channel, timeMs } = circumstances;
  const bytes = bytesOf(statement, 'the statement');
  const unverified = await refusing('argument-malformed', () => parseAcknowledgement(bytes));
  const { recallId, version, mspId, by, note, statedAtMs } = unverified.acknowledgement;
  const { signer, kid } = await identifySigner(draft, unverified, channel);
  if (mspId !== submitter) {
    throw new Refused('not-permitted', 'an organisation acknowledges for itself', { mspId, submitter });
  }
  const recall = await recallIn(draft, recallId, 'open');
  if (!recall.addressees.includes(submitter)) {
    throw new Refused('not-permitted', 'the recall is not addressed to the organisation', { recallId, submitter });
  }
  if (version > recall.version) {
    throw new Refused('recall-state', 'the scope has no such version', { recallId, version, current: recall.version });
  }
  const earlier = await draft.load('acknowledgement', recallId, submitter);
  if (earlier && earlier.version >= version) {
    return { result: { recallId, step: 'acknowledged', version: earlier.version }, event: null };
  }
  draft.put('acknowledgement', [recallId, submitter], {
    schema: 1,
    recallId,
    mspId,
    atMs: timeMs,
    version,
    signer,
    kid,
    by,
    note,
    statedAtMs,
  });
  return takeStep(draft, { recallId, version }, { step: 'acknowledged', version, signer, by }, circumstances);
}

/** Finds the registered signer and verifies the signature; signer and statement have to be of one organisation. */
async function identifySigner(draft: Draft, unverified: UnverifiedAcknowledgement, channel: string): Promise<Capturer> {
  const { signer, acknowledgement, message } = unverified;
  const kid = toBase64Url(message.header.kid);
  const key = await draft.load('key', kid);
  if (key?.subject !== signer || key.use !== 'signer') {
    throw new Refused('unknown-signer', 'the signer is not registered with this key', { signer, kid });
  }
  const holder = await currentHolder(draft, key);
  const publicKey = await importPublicKey(fromBase64Url(key.publicKey));
  await refusing('signature-refused', () => verifyAcknowledgement(unverified, channel, publicKey, message.header.kid));
  if (holder.mspId === acknowledgement.mspId) return holder;
  throw new Refused('not-permitted', "the signer is another organisation's", {
    signer,
    signerOf: holder.mspId,
    mspId: acknowledgement.mspId,
  });
}
