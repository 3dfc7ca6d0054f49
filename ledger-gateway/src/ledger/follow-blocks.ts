import type { Clock } from '../clock.ts';
import type { BlockFacts } from './block-facts.ts';
import type { Ledger } from './ledger.ts';

export const followLimits = {
  firstReconnectMs: 200,
  maxReconnectMs: 5_000,
} as const;

/** Where blocks go: the number of the next one is asked for again after each interruption. */
export interface BlockSink {
  next(): number;
  apply(block: BlockFacts): Promise<void>;
}

/** How the following goes on, for health and staleness. */
export interface FollowEvents {
  /** A block came over the stream, before it is applied. */
  onBlock(number: number): void;
  /** The stream broke, or a block could not be applied: `error` says why. It is tried again by itself. */
  onInterrupted(error: unknown): void;
}

/**
 * Brings every block to the sink, in order, each once, until the signal is given. Fabric's event streams don't heal
 * themselves: this reconnects with growing pauses, from the sink's checkpoint. A block that can't be applied is tried
 * again as well, and never passed over.
 */
export async function followBlocks(
  ledger: Pick<Ledger, 'blocks'>,
  sink: BlockSink,
  events: FollowEvents,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      for await (const block of ledger.blocks(sink.next(), signal)) {
        events.onBlock(block.number);
        await sink.apply(block);
        failures = 0;
        if (signal.aborted) return;
      }
      if (signal.aborted) return;
      events.onInterrupted(new Error('the peer ended the stream of blocks'));
    } catch (error) {
      if (signal.aborted) return;
      events.onInterrupted(error);
    }
    await clock.sleep(Math.min(followLimits.firstReconnectMs * 2 ** failures++, followLimits.maxReconnectMs), signal);
  }
}
