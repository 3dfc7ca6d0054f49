import { type KeyRecord, keyRecordSchema, toBase64Url, type UploadResult } from '@hopline/protocol';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Projection } from '../projection/projection.ts';
import { hexBytes } from '../store/insert-rows.ts';
import type { Store } from '../store/store.ts';
import type { NodeChains } from './node-chain.ts';
import { checkSummaries, type OpenedBatch, openUpload, verifyUpload } from './open-upload.ts';
import { projected } from './projected.ts';
import { demandContinuation, demandCurrentKey, dropSummaries, isRefusal } from './without-token.ts';

export interface IntakeContext {
  readonly channel: string;
  readonly ledger: Ledger;
  readonly projection: Projection;
  readonly store: Store;
  readonly chains: NodeChains;
  readonly clock: Clock;
}

type Anchored = UploadResult['results'][number];

/** By what right an upload comes: with the token of this node, or by the statements' own signatures alone. */
export type Claim =
  | { readonly by: 'token'; readonly node: string }
  | { readonly by: 'signature'; readonly admit: Admit };

/** Told which node has signed an upload that came without a token, before more is done about it; may throw. */
export type Admit = (node: string) => void;

/**
 * Takes an edge node's upload: verify → keep the summaries → submit in one transaction → wait for the commit.
 *
 * One without a token must be signed with the key that its node has on the ledger now, and continue the chain that is
 * projected here; before both are sure nothing is stored. Its summaries go again where the ledger refuses it.
 *
 * When this returns, every statement is committed and valid on the ledger, in the transaction and block that the answer
 * names. A crash before the submission leaves the summaries, which do no harm. A crash after it, before the answer, lets
 * the node send the same bytes again: what is anchored already is passed over by gateway and chaincode, and answered with
 * its original transaction.
 *
 * @throws ProtocolError and GatewayError: `forbidden`, `unknown-node`, `statement-gap`, `statement-fork`, `rate-limited`,
 *   and those of `Ledger.submit`
 */
export async function anchorUpload(context: IntakeContext, claim: Claim, bytes: Uint8Array): Promise<UploadResult> {
  const batches = await openUpload(bytes, claim.by === 'token' ? claim.node : null);
  const [first] = batches;
  if (!first) return { results: [] };
  const { node } = first.statement.statement;
  await verifyUpload(batches, context.channel, (kid) => keyRecord(context.store, kid));
  if (claim.by === 'signature') {
    await demandCurrentKey(context.store, batches);
    claim.admit(node);
  }
  await checkSummaries(batches);
  return context.chains.run(node, async () => {
    const last = batches.at(-1) as OpenedBatch;
    const range = [first.statement.statement.sequence, last.statement.statement.sequence] as const;
    const before = await anchoredIn(context.store, node, ...range);
    const fresh = batches.filter((batch) => isFresh(batch, before));
    if (fresh.length > 0) {
      if (claim.by === 'signature') await demandContinuation(context.store, fresh);
      const kept = await keepSummaries(context, node, fresh);
      const committed = await context.ledger
        .submit('readings:AnchorStatements', {
          statements: fresh.map(({ statement }) => toBase64Url(statement.bytes)),
        })
        .catch(async (error: unknown) => {
          if (claim.by === 'signature' && isRefusal(error)) await dropSummaries(context.store, kept);
          throw error;
        });
      await projected(context.projection, context.clock, committed);
    }
    const after = fresh.length > 0 ? await anchoredIn(context.store, node, ...range) : before;
    return { results: batches.map((batch) => resultOf(batch, after)) };
  });
}

/** Whether a statement is not anchored yet, as far as is projected. Throws `statement-fork` for another at its place. */
function isFresh({ statement, digest }: OpenedBatch, before: ReadonlyMap<number, Anchored>): boolean {
  const { node, sequence } = statement.statement;
  const anchored = before.get(sequence);
  if (!anchored) return true;
  if (anchored.digest === digest) return false;
  throw new GatewayError('statement-fork', 'another statement is anchored at this sequence', {
    node,
    sequence,
    anchored: anchored.digest,
    digest,
  });
}

function resultOf({ statement, digest }: OpenedBatch, after: ReadonlyMap<number, Anchored>): Anchored {
  const { node, sequence } = statement.statement;
  const anchored = after.get(sequence);
  if (anchored?.digest === digest) return anchored;
  // The transaction is committed and projected, so this can't be: the chaincode would have refused it.
  throw new GatewayError('internal', 'the ledger holds another statement than the one committed', { node, sequence });
}

async function anchoredIn(store: Store, node: string, from: number, to: number): Promise<Map<number, Anchored>> {
  const rows = await store.query<{ sequence: number; digest: string; transaction_id: string; block: number }>(
    'select sequence, digest, transaction_id, block from statements where node = $1 and sequence between $2 and $3',
    [node, from, to],
  );
  return new Map(
    rows.map(({ sequence, digest, transaction_id, block }) => [
      sequence,
      { node, sequence, digest, transactionId: transaction_id, block },
    ]),
  );
}

/**
 * The ledger holds only digests: the summaries are on this gateway's disk before anything is submitted. Returns the digests
 * of those that were not there before.
 */
async function keepSummaries(
  { store, clock }: IntakeContext,
  node: string,
  batches: readonly OpenedBatch[],
): Promise<string[]> {
  const kept: string[] = [];
  await store.writeOwn(async (tx, put) => {
    for (const { statement, summary, summaryDigest } of batches) {
      const there = await tx.query('select 1 from summaries where digest = $1', [summaryDigest]);
      if (there.length > 0) continue;
      await put({
        table: 'summaries',
        row: {
          digest: summaryDigest,
          node,
          sequence: statement.statement.sequence,
          bytes: hexBytes(summary),
          origin: node,
          received_ms: clock.now(),
        },
      });
      kept.push(summaryDigest);
    }
  });
  return kept;
}

async function keyRecord(store: Store, kid: string): Promise<KeyRecord | null> {
  const [row] = await store.query<{ record: unknown }>("select record from state where kind = 'key' and key = $1", [
    kid,
  ]);
  return row ? keyRecordSchema.parse(row.record) : null;
}
