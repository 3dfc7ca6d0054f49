import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { Entropy } from './api-keys.ts';
import { newSecret, secretDigest } from './secret.ts';

export const nodeTokenLifeMs = 730 * 86_400_000;
/** Tokens that one edge node has at a time: one in use, others while it changes over. Beyond it the oldest ends. */
export const maxTokensPerNode = 8;
/** Tokens that are valid at one time. */
export const maxNodeTokens = 50_000;

/**
 * Makes a bearer token by which an edge node speaks to this gateway. Its text is in the answer and nowhere else.
 * @throws GatewayError `conflict` as `assertRoomForToken`
 */
export async function createNodeToken(
  store: Store,
  node: string,
  { nowMs, randomBytes }: Entropy,
): Promise<{ token: string; expiresMs: number }> {
  const token = newSecret('hn_', randomBytes);
  const expiresMs = nowMs + nodeTokenLifeMs;
  const digest = await secretDigest(token);
  await store.writeOwn(async (tx, put) => {
    await assertRoomForToken(tx, nowMs);
    const old = await tx.query(
      `select * from node_tokens where node = $1 and revoked_ms is null and expires_ms > $2
       order by created_ms desc, digest offset $3`,
      [node, nowMs, maxTokensPerNode - 1],
    );
    for (const row of old) await put({ table: 'node_tokens', row: { ...row, revoked_ms: nowMs } });
    await put({
      table: 'node_tokens',
      row: { digest, node, created_ms: nowMs, expires_ms: expiresMs, revoked_ms: null },
    });
  });
  return { token, expiresMs };
}

/** Throws GatewayError `conflict` where `maxNodeTokens` are valid already. */
export async function assertRoomForToken(on: Queryable, nowMs: number): Promise<void> {
  const [valid] = await on.query<{ n: number }>(
    'select count(*) as n from node_tokens where revoked_ms is null and expires_ms > $1',
    [nowMs],
  );
  if ((valid?.n ?? 0) < maxNodeTokens) return;
  throw new GatewayError('conflict', `there are ${maxNodeTokens} tokens of edge nodes already`, { maxNodeTokens });
}

/** The edge node that a token belongs to; `null` for one that is unknown, expired or revoked. */
export async function nodeOfToken(store: Store, token: string, nowMs: number): Promise<string | null> {
  const [row] = await store.query<{ node: string }>(
    'select node from node_tokens where digest = $1 and revoked_ms is null and expires_ms > $2',
    [await secretDigest(token), nowMs],
  );
  return row?.node ?? null;
}

/** Ends all tokens of a node. Returns how many. */
export async function revokeNodeTokens(store: Store, node: string, nowMs: number): Promise<number> {
  return store.writeOwn(async (tx, put) => {
    const rows = await tx.query('select * from node_tokens where node = $1 and revoked_ms is null', [node]);
    for (const row of rows) await put({ table: 'node_tokens', row: { ...row, revoked_ms: nowMs } });
    return rows.length;
  });
}
