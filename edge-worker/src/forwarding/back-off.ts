const firstDelayMs = 500;
const longestDelayMs = 60_000;

/**
 * Delay before the next attempt after `attempts` failures in a row: doubling, bounded, and spread over its upper half by
 * `random` (in [0, 1)), so that nodes do not come back in step.
 */
export function backOffMs(attempts: number, random: number): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts, 16));
  return Math.round(full / 2 + (full / 2) * random);
}
