import type { Store } from '../store/store.ts';
import type { Entropy } from './api-keys.ts';
import { callerOfKey, callerOfKeyId } from './api-keys.ts';
import type { Caller } from './caller.ts';
import { newSecret, secretDigest } from './secret.ts';

export const sessionCookie = 'hopline_session';
export const sessionLifeMs = 12 * 3_600_000;
/** Sessions that one key has open at a time; beyond it the oldest ends. */
export const maxSessionsPerKey = 100;

/** Opens a session for whoever shows a valid key; `null` otherwise. The token goes into a cookie. */
export async function openSession(
  store: Store,
  key: string,
  { nowMs, randomBytes }: Entropy,
): Promise<{ token: string; caller: Caller } | null> {
  const caller = await callerOfKey(store, key, nowMs);
  if (!caller) return null;
  const token = newSecret('hs_', randomBytes);
  await store.query(
    `delete from sessions where expires_ms <= $1 or digest in (
       select digest from sessions where key_id = $2 order by created_ms desc, digest offset $3)`,
    [nowMs, caller.id, maxSessionsPerKey - 1],
  );
  await store.query('insert into sessions (digest, key_id, created_ms, expires_ms) values ($1, $2, $3, $4)', [
    await secretDigest(token),
    caller.id,
    nowMs,
    nowMs + sessionLifeMs,
  ]);
  return { token, caller };
}

/** Who a session belongs to, as long as its key is valid. */
export async function callerOfSession(store: Store, token: string, nowMs: number): Promise<Caller | null> {
  const [row] = await store.query<{ key_id: string }>(
    'select key_id from sessions where digest = $1 and expires_ms > $2',
    [await secretDigest(token), nowMs],
  );
  const caller = row ? await callerOfKeyId(store, row.key_id, nowMs) : null;
  return caller && { ...caller, kind: 'session' };
}

export async function closeSession(store: Store, token: string): Promise<void> {
  await store.query('delete from sessions where digest = $1', [await secretDigest(token)]);
}
