/**
 * The live connection as people see it.
 *
 *     connecting ──open──▶ live ──lost──▶ waiting ──(after a while)──▶ connecting
 *
 */
export type ConnectionState = 'off' | 'connecting' | 'live' | 'waiting';

/** The gateway sends a beat every 15 s; after two of them missing the line is taken for dead. */
export const silentAfterMs = 35_000;
const firstRetryMs = 1_000;
const maxRetryMs = 30_000;

/** Wait before attempt number `attempt` (0, 1, …) after a loss: doubling, up to half a minute. */
export function retryDelayMs(attempt: number): number {
  return Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10));
}
