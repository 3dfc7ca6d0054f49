import { signingKeyFromSeed } from '@hopline/protocol';
import { Projection } from '../../../ledger-gateway/src/projection/projection.ts';
import type { Store } from '../../../ledger-gateway/src/store/store.ts';
import { dumpProjection } from '../../../ledger-gateway/src/testing/dump-projection.ts';
import { captureBlock, registryBlock, transactionsPerBlock } from './chain-blocks.ts';
import { chainStartMs } from './chain-server.ts';
import { Chain } from './grow-chain.ts';
import type { ChainTransaction } from './open-transaction.ts';

/** Applies a chain block by block, all tables included, and builds it again. */
export async function applyChain(
  store: Store,
  events: number,
): Promise<{ events: number; seconds: number; rebuildSeconds: number; isSame: boolean }> {
  const { key } = await signingKeyFromSeed(new Uint8Array(32).fill(1));
  const chain = new Chain({ seed: 1, events, startMs: chainStartMs });
  const blocks = [registryBlock(chain.sites, chainStartMs)];
  let gathered: ChainTransaction[] = [];
  let count = 0;
  for (const transaction of chain.grow()) {
    count += transaction.events.length;
    gathered.push(transaction);
    if (gathered.length < transactionsPerBlock) continue;
    blocks.push(await captureBlock(blocks.length, gathered, key));
    gathered = [];
  }
  if (gathered.length > 0) blocks.push(await captureBlock(blocks.length, gathered, key));
  const projection = await Projection.open(store);
  const apply = async () => {
    const startedMs = performance.now();
    for (const block of blocks) await projection.apply(block);
    return (performance.now() - startedMs) / 1000;
  };
  const seconds = await apply();
  const rows = JSON.stringify(await dumpProjection(store));
  await projection.clear();
  const rebuildSeconds = await apply();
  return { events: count, seconds, rebuildSeconds, isSame: JSON.stringify(await dumpProjection(store)) === rows };
}
