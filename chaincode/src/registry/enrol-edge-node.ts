import { nodeIdSchema, parseNodeId, type TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { openProof, redeemProof } from './open-proof.ts';
import { assertOwn, loadSite } from './ownership.ts';
import { registered } from './registered.ts';

/**
 * Registers the key of an edge node at one of the organisation's own sites. A node that is enrolled again (after its disk
 * was lost or restored, or its key revoked) gets the new key; its chain of statements goes on from the head on the ledger.
 */
export async function enrolEdgeNode(
  { proof }: TransactionInput<'registry:EnrolEdgeNode'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const { submitter, timeMs } = circumstances;
  const enrolment = await openProof(proof, 'edge-node', circumstances);
  const node = enrolment.subject;
  if (!nodeIdSchema.safeParse(node).success) {
    throw new Refused('argument-malformed', 'an edge node is named {gln}/{n}', { node });
  }
  const site = await loadSite(draft, parseNodeId(node).gln);
  assertOwn('site', site.mspId, submitter);
  const kid = await redeemProof(draft, enrolment, timeMs);
  draft.put('edge-node', [node], {
    schema: 1,
    node,
    mspId: submitter,
    publicKey: enrolment.publicKey,
    kid,
    enrolledAtMs: timeMs,
    revoked: false,
  });
  return registered('edge-node', node);
}
