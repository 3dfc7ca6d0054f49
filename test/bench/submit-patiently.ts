import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { TransactionInput, TransactionName } from '@hopline/protocol';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { LedgerClient } from '../ledger-suite/ledger-client.ts';

const maxAttempts = 100;
const retryMs = 20;
const passing: ReadonlySet<number> = new Set([status.ABORTED, status.UNAVAILABLE]);

/**
 * Submits until a transaction is committed and valid. A peer that lags behind the others endorses something else, or
 * refuses (ABORTED), and orderers may be too busy (UNAVAILABLE) or only say so: what was ordered all the same must do no
 * harm when it comes again. Throws what does not pass by itself, and what has not passed after a hundred attempts.
 */
export async function submitPatiently<N extends TransactionName>(
  client: LedgerClient,
  name: N,
  makeInput: () => Promise<TransactionInput<N>>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const order = await client.endorse(name, await makeInput());
      if ((await order()).valid) return;
      if (attempt === maxAttempts) throw new Error(`${name} never became valid`);
    } catch (error) {
      if (!(error instanceof GatewayError) || !passing.has(error.code) || attempt === maxAttempts) throw error;
    }
    await sleep(retryMs);
  }
}
