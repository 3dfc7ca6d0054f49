import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Projection } from '../projection/projection.ts';

/** How long an answer waits for the own projection after a commit. */
export const projectionWaitMs = 20_000;
const retryAfterMs = 2_000;

/**
 * Waits until a committed block is projected, so that whoever got the answer also reads what it did.
 * @throws GatewayError `projection-stale` after `projectionWaitMs`: it is committed all the same
 */
export async function projected(
  projection: Projection,
  clock: Clock,
  { transactionId, block }: { readonly transactionId: string; readonly block: number },
): Promise<void> {
  const waiting = new AbortController();
  const sleeping = new AbortController();
  const timeout = clock.sleep(projectionWaitMs, sleeping.signal).then(() => waiting.abort());
  const reached = await projection.reached(block, waiting.signal);
  sleeping.abort();
  await timeout;
  if (reached) return;
  throw new GatewayError(
    'projection-stale',
    'the transaction is committed, and not projected here yet',
    { transactionId, block },
    { retryAfterMs },
  );
}
