import { fromBase64Url, type HeadReport, headRecordSchema, type SigningKey, signHeadReport } from '@hopline/protocol';
import type { Clock } from '../clock.ts';
import type { Projection } from '../projection/projection.ts';
import type { Store } from '../store/store.ts';

/**
 * What this organisation's gateway has seen of an edge node's head, signed: COSE bytes. It tells only of blocks that are
 * applied here, because a batch leaves the edge on its strength.
 */
export async function headReport(
  context: { readonly store: Store; readonly projection: Projection; readonly clock: Clock },
  { channel, mspId, key }: { readonly channel: string; readonly mspId: string; readonly key: SigningKey },
  node: string,
): Promise<Uint8Array> {
  // Height first: the head read after it is at least as new as it says.
  const { height } = context.projection.checkpoint;
  const [row] = await context.store.query<{ record: unknown }>(
    "select record from state where kind = 'head' and key = $1",
    [node],
  );
  const head = row ? headRecordSchema.parse(row.record) : null;
  const report: HeadReport = {
    node,
    head: head && { sequence: head.sequence, digest: fromBase64Url(head.digest) },
    height,
    reportedAtMs: context.clock.now(),
  };
  return signHeadReport(key, channel, mspId, report);
}
