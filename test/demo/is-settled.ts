import { type FleetStats, totalOf } from '../../sensor-sim/src/index.ts';

/** What the edge nodes still hold back, and what a gateway's projection has. */
export interface Whereabouts {
  /** Readings not sealed and batches not anchored, of all edge nodes. */
  readonly left: number;
  readonly projectedReadings: number;
  readonly missingSummaries: number;
}

/**
 * Whether everything acknowledged is on the ledger and projected. There may be more: an unsigned message whose answer never
 * came (`lost`) may have been stored or not, and nobody sends it again.
 */
export function isSettled(
  { left, projectedReadings, missingSummaries }: Whereabouts,
  { acknowledged, quarantined, lost }: Pick<FleetStats, 'acknowledged' | 'quarantined' | 'lost'>,
): boolean {
  const beyond = projectedReadings - (acknowledged - totalOf(quarantined));
  return left === 0 && missingSummaries === 0 && beyond >= 0 && beyond <= lost;
}
