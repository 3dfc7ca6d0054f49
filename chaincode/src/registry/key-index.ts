import { importPublicKey, type KeyUse, keyThumbprint, toBase64Url } from '@hopline/protocol';
import { bytesOf } from '../base64-url.ts';
import { Refused, refusing } from '../refused.ts';
import type { Draft } from '../state/draft.ts';

/** A key on its way into the index: what it is for, whose it is. */
export interface NewKey {
  readonly publicKey: string;
  readonly use: KeyUse;
  readonly subject: string;
  readonly mspId: string;
}

/** Thumbprint (base64url) of a public key, once it is sure that signatures by it mean anything. */
export async function kidOf(publicKey: string): Promise<string> {
  const bytes = bytesOf(publicKey, 'the public key');
  const { bytes: checked } = await refusing('argument-malformed', () => importPublicKey(bytes));
  return toBase64Url(await keyThumbprint(checked));
}

/**
 * Puts a key into the index. A key has one use and one owner for ever, so one that is there already is refused as
 * `key-in-use`, unless `mayStay` and it is there for the same.
 */
export async function indexKey(
  draft: Draft,
  key: NewKey,
  timeMs: number,
  { mayStay }: { mayStay: boolean },
): Promise<string> {
  const kid = await kidOf(key.publicKey);
  const known = await draft.load('key', kid);
  if (!known) {
    draft.put('key', [kid], { schema: 1, kid, ...key, registeredAtMs: timeMs });
    return kid;
  }
  const same = known.use === key.use && known.subject === key.subject && known.mspId === key.mspId;
  if (mayStay && same) return kid;
  throw new Refused('key-in-use', 'the key is registered already', {
    kid,
    registeredFor: known.use,
    registeredTo: known.subject,
  });
}
