const firstDelayMs = 500;
export const longestDelayMs = 60_000;
/**
 * The longest pause after an answer that will be the same for the same request (a revoked key, malformed bytes): somebody has
 * to mend something first, and may do so at the other end, so it is asked again, but seldom.
 */
export const longestRefusedDelayMs = 30 * 60_000;

/**
 * Delay before the next attempt after `attempts` failures in a row: doubling, bounded, and spread over its upper half by
 * `random` (in [0, 1)), so that nodes do not come back in step.
 */
export function backOffMs(attempts: number, random: number, longestMs = longestDelayMs): number {
  const full = Math.min(longestMs, firstDelayMs * 2 ** Math.min(attempts, 16));
  return Math.round(full / 2 + (full / 2) * random);
}
