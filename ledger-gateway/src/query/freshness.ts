import { z } from 'zod';

/** Beyond this an answer is called stale: twice what a ledger of the expected load needs for a block and its projection. */
export const staleAfterMs = 10_000;

/** How far the projection and the ledger are, as plain numbers; where they come from is no matter of queries. */
export interface Freshness {
  /** Blocks applied, and the time of the last one. */
  readonly height: number;
  readonly blockTimeMs: number;
  /** Blocks that the ledger has, as far as is known. */
  readonly ledgerHeight: number;
  /** Since when the projection is behind or the ledger out of reach; `null` while it is current. */
  readonly behindSinceMs: number | null;
}

export const asOfSchema = z.object({
  asOf: z.object({ height: z.int(), blockTimeMs: z.int(), ledgerHeight: z.int(), lagMs: z.int() }),
  stale: z.boolean(),
});
export type AsOf = z.infer<typeof asOfSchema>;

/** What every answer carries: as of which block it speaks, and whether that is too long ago to sound sure. */
export function asOf(freshness: Freshness, nowMs: number): AsOf {
  const lagMs = freshness.behindSinceMs === null ? 0 : Math.max(0, nowMs - freshness.behindSinceMs);
  return {
    asOf: {
      height: freshness.height,
      blockTimeMs: freshness.blockTimeMs,
      ledgerHeight: freshness.ledgerHeight,
      lagMs,
    },
    stale: lagMs > staleAfterMs,
  };
}
