import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { Store } from '../store/store.ts';
import { type Caller, type Role, roleSchema } from './caller.ts';
import { newSecret, secretDigest } from './secret.ts';

const dayMs = 86_400_000;
export const maxKeyLifeMs = 730 * dayMs;
/** Keys that are valid at one time. Those that have ended go after a while (`cleanUp`). */
export const maxKeys = 1000;

export const newKeySchema = z.strictObject({
  name: z.string().min(1).max(100),
  roles: z.array(roleSchema).min(1).max(roleSchema.options.length),
  expiresInMs: z
    .int()
    .min(1000)
    .max(maxKeyLifeMs)
    .default(90 * dayMs),
});
export type NewKey = z.output<typeof newKeySchema>;

/** A key as it may be shown: never the secret, nor its digest. */
export interface KeyInfo {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly revokedMs: number | null;
}

interface KeyRow extends Record<string, unknown> {
  readonly id: string;
  readonly digest: string;
  readonly name: string;
  readonly roles: Role[];
  readonly created_ms: number;
  readonly expires_ms: number;
  readonly revoked_ms: number | null;
}

export interface Entropy {
  readonly nowMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Makes a key, of this text where one is given. Its text is in the answer and not stored. */
export async function createApiKey(
  store: Store,
  { name, roles, expiresInMs }: NewKey,
  { nowMs, randomBytes }: Entropy,
  key: string = newSecret('hk_', randomBytes),
): Promise<KeyInfo & { readonly key: string }> {
  const row: KeyRow = {
    id: newSecret('', randomBytes).slice(0, 16),
    digest: await secretDigest(key),
    name,
    roles: [...new Set(roles)],
    created_ms: nowMs,
    expires_ms: nowMs + expiresInMs,
    revoked_ms: null,
  };
  await store.writeOwn(async (tx, put) => {
    const [count] = await tx.query<{ n: number }>(
      'select count(*) as n from api_keys where revoked_ms is null and expires_ms > $1',
      [nowMs],
    );
    if ((count?.n ?? 0) >= maxKeys)
      throw new GatewayError('conflict', `there are ${maxKeys} keys already`, { maxKeys });
    await put({ table: 'api_keys', row });
  });
  return { ...infoOf(row), key };
}

/** Who a key belongs to; `null` for one that is unknown, expired or revoked. */
export async function callerOfKey(store: Store, key: string, nowMs: number): Promise<Caller | null> {
  return callerWhere(store, 'digest', await secretDigest(key), nowMs);
}

/** The same by the key's id, for sessions: one ends with its key. */
export async function callerOfKeyId(store: Store, id: string, nowMs: number): Promise<Caller | null> {
  return callerWhere(store, 'id', id, nowMs);
}

async function callerWhere(
  store: Store,
  column: 'digest' | 'id',
  value: string,
  nowMs: number,
): Promise<Caller | null> {
  const [row] = await store.query<KeyRow>(
    `select * from api_keys where ${column} = $1 and revoked_ms is null and expires_ms > $2`,
    [value, nowMs],
  );
  return row ? { kind: 'key', id: row.id, name: row.name, roles: row.roles } : null;
}

export async function listApiKeys(store: Store): Promise<KeyInfo[]> {
  return (await store.query<KeyRow>('select * from api_keys order by created_ms, id')).map(infoOf);
}

/** Ends a key's life now. Throws `not-found`. */
export async function revokeApiKey(store: Store, id: string, nowMs: number): Promise<KeyInfo> {
  return store.writeOwn(async (tx, put) => {
    const [row] = await tx.query<KeyRow>('select * from api_keys where id = $1', [id]);
    if (!row) throw new GatewayError('not-found', 'there is no such key', { id });
    const revoked: KeyRow = { ...row, revoked_ms: row.revoked_ms ?? nowMs };
    await put({ table: 'api_keys', row: revoked });
    return infoOf(revoked);
  });
}

function infoOf(row: KeyRow): KeyInfo {
  return {
    id: row.id,
    name: row.name,
    roles: row.roles,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    revokedMs: row.revoked_ms,
  };
}
