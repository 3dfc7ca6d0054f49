import type { KeyRecord, TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { assertOwn } from './ownership.ts';
import { registered } from './registered.ts';

/**
 * Revokes a key of the organisation. It counts in commit order: what was recorded before stays valid. For a device, `last`
 * names the last sequence that is still believed.
 */
export async function revoke(
  { revocation }: TransactionInput<'registry:Revoke'>,
  draft: Draft,
  { submitter, timeMs }: Circumstances,
): Promise<Outcome> {
  const { kid, subject, last } = revocation;
  const key = await draft.load('key', kid);
  if (!key) throw new Refused('unknown-key', 'no such key is registered', { kid });
  assertOwn('key', key.mspId, submitter);
  if (key.subject !== subject) {
    throw new Refused('argument-malformed', 'the key is registered to another subject', {
      kid,
      subject,
      registeredTo: key.subject,
    });
  }
  if (last !== null && key.use !== 'device') {
    throw new Refused('argument-malformed', 'only devices have a last sequence', { kid, use: key.use });
  }
  const earlier = await draft.load('revocation', kid);
  if (earlier)
    throw new Refused('key-revoked', 'the key is revoked already', { kid, revokedAtMs: earlier.revokedAtMs });
  draft.put('revocation', [kid], { schema: 1, ...revocation, use: key.use, mspId: submitter, revokedAtMs: timeMs });
  await markSubject(draft, key);
  return registered('revocation', kid);
}

/** The subject's own record says so too, where the key is its current one: whoever checks a signature reads one record. */
async function markSubject(draft: Draft, { use, subject, kid }: KeyRecord): Promise<void> {
  switch (use) {
    case 'device': {
      const record = await draft.load('device', subject);
      if (record?.kid === kid) draft.put('device', [subject], { ...record, revoked: true });
      return;
    }
    case 'edge-node': {
      const record = await draft.load('edge-node', subject);
      if (record?.kid === kid) draft.put('edge-node', [subject], { ...record, revoked: true });
      return;
    }
    case 'signer': {
      const record = await draft.load('signer', subject);
      if (record?.kid === kid) draft.put('signer', [subject], { ...record, revoked: true });
      return;
    }
    case 'registry':
    case 'gateway':
      // An organisation's record has no such mark: its readers look at the revocations.
      return;
  }
}
