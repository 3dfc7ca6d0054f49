import { recallTextSchema, signAcknowledgement, toBase64Url } from '@hopline/protocol';
import { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import type { AppContext } from '../http/app-context.ts';
import { projected } from '../intake/projected.ts';
import { recordOf } from './recall-record.ts';

export const acknowledgeBodySchema = z.strictObject({
  /** The newest, where the caller names none. */
  version: z.int().min(1).optional(),
  note: recallTextSchema.nullable().default(null),
  /** Who acknowledges; it stays on the ledger. Else the name of the caller's key or token. */
  by: z.string().min(1).max(200).optional(),
});

export interface Acknowledged {
  readonly transactionId: string;
  readonly block: number;
  readonly version: number;
}

/** Acknowledges a recall with the organisation's application key, in the name of whoever asks. */
export async function acknowledgeRecall(
  app: AppContext,
  recallId: string,
  { version, note, by }: z.output<typeof acknowledgeBodySchema>,
  caller: Caller,
): Promise<Acknowledged> {
  const recall = await recordOf(app.store, recallId);
  const statement = await signAcknowledgement(app.capture.signerKey, app.channel, app.capture.signer, {
    recallId,
    version: version ?? recall.version,
    mspId: app.mspId,
    by: by ?? (caller.name || caller.id).slice(0, 200),
    note,
    statedAtMs: app.clock.now(),
  });
  return submitAcknowledgement(app, statement);
}

/** Submits an acknowledgement that was signed elsewhere, by any registered signer of the organisation. */
export async function submitAcknowledgement(app: AppContext, statement: Uint8Array): Promise<Acknowledged> {
  const committed = await app.ledger.submit('recall:Acknowledge', { statement: toBase64Url(statement) });
  await projected(app.projection, app.clock, committed);
  const { transactionId, block, result } = committed;
  return { transactionId, block, version: result.version };
}
