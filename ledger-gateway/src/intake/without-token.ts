import { edgeNodeRecordSchema, headRecordSchema, noPrevious, refusalCodeSchema, toBase64Url } from '@hopline/protocol';
import { GatewayError } from '../gateway-error.ts';
import type { Store } from '../store/store.ts';
import type { OpenedBatch } from './open-upload.ts';

/**
 * What an upload that comes without a token must show before anything of it is stored: the statements' signatures are its
 * only authority, so they count only by the key that the ledger has of the node now.
 */

/** Throws GatewayError `unknown-node`, `key-revoked`. Signatures were verified before, each by the key that it names. */
export async function demandCurrentKey(store: Store, batches: readonly OpenedBatch[]): Promise<void> {
  for (const { statement } of batches) {
    const { node } = statement.statement;
    const kid = toBase64Url(statement.message.header.kid);
    const [row] = await store.query<{ record: unknown }>('select record from edge_nodes where node = $1', [node]);
    const record = row ? edgeNodeRecordSchema.parse(row.record) : null;
    if (record?.kid !== kid) {
      throw new GatewayError('unknown-node', 'the key is not the one that the node has now', { node, kid });
    }
    if (record.revoked) throw new GatewayError('key-revoked', 'the key of the edge node is revoked', { node, kid });
  }
}

/**
 * The first statement must follow on the head that is projected here. Throws GatewayError `statement-gap`,
 * `statement-fork`. This gateway may lag behind the ledger, so its word is no proof of either.
 */
export async function demandContinuation(store: Store, fresh: readonly OpenedBatch[]): Promise<void> {
  const [first] = fresh;
  if (!first) return;
  const { node, sequence, previous } = first.statement.statement;
  const [row] = await store.query<{ record: unknown }>("select record from state where kind = 'head' and key = $1", [
    node,
  ]);
  const head = row ? headRecordSchema.parse(row.record) : null;
  const expected = head ? head.sequence + 1 : 0;
  if (sequence !== expected) {
    throw new GatewayError('statement-gap', 'statements before this one are missing here', {
      node,
      sequence,
      expected,
    });
  }
  if (toBase64Url(previous) !== (head?.digest ?? toBase64Url(noPrevious))) {
    throw new GatewayError('statement-fork', 'the statement continues another history than the one known here', {
      node,
      sequence,
    });
  }
}

/** Whether the ledger has looked at a transaction and refused it: then it is not there, and will not be. */
export function isRefusal(error: unknown): boolean {
  return error instanceof GatewayError && refusalCodeSchema.safeParse(error.code).success;
}

/** Removes summaries that no anchored statement needs. The journal is not told: after a power loss they come back, of no use. */
export async function dropSummaries(store: Store, digests: readonly string[]): Promise<void> {
  await store.writeOwn((tx) =>
    tx.query(
      `delete from summaries s where s.digest = any($1::text[])
       and not exists (select 1 from statements t where t.summary_digest = s.digest)`,
      [digests],
    ),
  );
}
