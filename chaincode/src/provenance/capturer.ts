import {
  fromBase64Url,
  importPublicKey,
  type KeyRecord,
  parseNodeId,
  toBase64Url,
  type UnverifiedCapture,
  verifyCapture,
} from '@hopline/protocol';
import { Refused, refusing } from '../refused.ts';
import type { Draft } from '../state/draft.ts';

/** Whoever signed a capture statement, once the signature has been verified. */
export interface Capturer {
  readonly signer: string;
  readonly mspId: string;
  readonly kid: string;
  /** GLNs at which it may act; empty for all of its organisation's. */
  readonly places: readonly string[];
}

/** Finds the registered signer (or edge node) of a statement and verifies its signature. */
export async function identifyCapturer(draft: Draft, capture: UnverifiedCapture, channel: string): Promise<Capturer> {
  const kid = toBase64Url(capture.message.header.kid);
  const key = await draft.load('key', kid);
  if (!key || key.subject !== capture.signer) {
    throw new Refused('unknown-signer', 'the signer is not registered with this key', { signer: capture.signer, kid });
  }
  const capturer = await currentHolder(draft, key);
  const publicKey = await importPublicKey(fromBase64Url(key.publicKey));
  await refusing('signature-refused', () => verifyCapture(capture, channel, publicKey, capture.message.header.kid));
  return capturer;
}

/** Whose key it is and where they may act. Refuses keys of other uses, replaced and revoked ones. */
export async function currentHolder(draft: Draft, { use, subject, kid, mspId }: KeyRecord): Promise<Capturer> {
  if (use !== 'signer' && use !== 'edge-node') {
    throw new Refused('unknown-signer', 'the key is not registered for signing events', { signer: subject, kid, use });
  }
  const record = use === 'signer' ? await draft.load('signer', subject) : await draft.load('edge-node', subject);
  if (record?.kid !== kid) {
    throw new Refused('signature-refused', 'the signer has another key now', { signer: subject, kid });
  }
  if (record.revoked) throw new Refused('key-revoked', "the signer's key is revoked", { signer: subject, kid });
  const places = 'places' in record ? record.places : [parseNodeId(record.node).gln];
  return { signer: subject, mspId, kid, places };
}
