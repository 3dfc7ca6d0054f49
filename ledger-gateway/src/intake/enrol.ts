import {
  type Enrolment,
  fromBase64Url,
  openEnrolment,
  ProtocolError,
  type Purpose,
  type Signer,
} from '@hopline/protocol';
import type { Entropy } from '../auth/api-keys.ts';
import { checkEnrolmentCode, useEnrolmentCode } from '../auth/enrolment-codes.ts';
import { assertRoomForToken, createNodeToken } from '../auth/node-tokens.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Committed } from '../ledger/submit.ts';
import type { Store } from '../store/store.ts';

/** What enrolment needs; `submit` waits for commit and projection. */
export interface EnrolContext {
  readonly mspId: string;
  readonly channel: string;
  readonly store: Store;
  readonly submit: Ledger['submit'];
  readonly entropy: () => Entropy;
}

/**
 * Opens a proof of possession and checks that it answers to a code that was given out here, for this organisation.
 * @throws ProtocolError; GatewayError `forbidden`, `enrolment-code-used`
 */
export async function checkProof(
  { mspId, channel, store, entropy }: EnrolContext,
  proof: string,
  purpose: Purpose,
): Promise<Enrolment> {
  const enrolment = await openEnrolment(bytesOf(proof), channel);
  if (enrolment.purpose !== purpose || enrolment.mspId !== mspId) {
    throw new GatewayError('forbidden', 'the proof is for another purpose or organisation', {
      purpose: enrolment.purpose,
      mspId: enrolment.mspId,
    });
  }
  const { codeDigest: digest, subject } = enrolment;
  await checkEnrolmentCode(store, { digest, purpose, subject }, entropy().nowMs);
  return enrolment;
}

/** Enrols an edge node, or its new key, and makes a token for it. */
export async function enrolNode(
  context: EnrolContext,
  proof: string,
): Promise<{ node: string; token: string; expiresMs: number; transactionId: string; block: number }> {
  const enrolment = await checkProof(context, proof, 'edge-node');
  await assertRoomForToken(context.store, context.entropy().nowMs);
  const { transactionId, block } = await context.submit('registry:EnrolEdgeNode', { proof });
  await useEnrolmentCode(context.store, enrolment.codeDigest, context.entropy().nowMs);
  const token = await createNodeToken(context.store, enrolment.subject, context.entropy());
  return { node: enrolment.subject, ...token, transactionId, block };
}

/** Enrols somebody who signs events. */
export async function enrolSigner(context: EnrolContext, proof: string, signer: Signer): Promise<Committed> {
  const enrolment = await checkProof(context, proof, 'signer');
  const committed = await context.submit('registry:EnrolSigner', { proof, signer });
  await useEnrolmentCode(context.store, enrolment.codeDigest, context.entropy().nowMs);
  return committed;
}

function bytesOf(proof: string): Uint8Array {
  try {
    return fromBase64Url(proof);
  } catch (cause) {
    throw new ProtocolError('enrolment-malformed', 'the proof is not base64url', {}, { cause });
  }
}
