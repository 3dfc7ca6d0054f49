import { type Clock, systemClock } from './clock.ts';
import { type GatewayOptions, gatewayOptionsSchema } from './gateway-options.ts';
import { followBlocks } from './ledger/follow-blocks.ts';
import { openLedger } from './ledger/ledger.ts';
import { submitLimits } from './ledger/ledger-options.ts';
import { Projection } from './projection/projection.ts';
import { openStore } from './store/open-store.ts';

/**
 * Drops everything that is derived from the ledger and builds it again, up to the height that the ledger has when this
 * begins. The gateway's own rows stay. The gateway must not be running.
 *
 * @param onProgress told the height after each block, and the height that is aimed at
 * @returns how many blocks were applied
 * @throws StoreError `folder-in-use` where it runs; GatewayError `ledger-unavailable`
 */
export async function rebuild(
  options: GatewayOptions,
  onProgress: (height: number, target: number) => void = () => undefined,
  clock: Clock = systemClock,
): Promise<number> {
  const parsed = gatewayOptionsSchema.parse(options);
  const store = await openStore({ folder: parsed.dataFolder, databaseUrl: parsed.databaseUrl, nowMs: clock.now() });
  try {
    const ledger = await openLedger(
      { ...parsed.ledger, mspId: parsed.mspId },
      { clock, random: Math.random, limits: submitLimits },
    );
    try {
      // Asked first: where the ledger can't be had, what is there stays.
      const target = await ledger.height();
      const projection = await Projection.open(store);
      await projection.clear();
      const done = new AbortController();
      let failure: unknown;
      await followBlocks(
        ledger,
        {
          next: () => projection.checkpoint.height,
          async apply(block) {
            await projection.apply(block);
            onProgress(projection.checkpoint.height, target);
            if (projection.checkpoint.height >= target) done.abort();
          },
        },
        {
          onBlock: () => undefined,
          onInterrupted(error) {
            failure = error;
            done.abort();
          },
        },
        clock,
        done.signal,
      );
      if (projection.checkpoint.height < target) throw failure;
      return projection.checkpoint.height;
    } finally {
      ledger.close();
    }
  } finally {
    await store.close();
  }
}
