import { setTimeout as sleep } from 'node:timers/promises';
import { FabricError } from './fabric-error.ts';

export interface PollLimits {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Tries until an attempt answers something other than undefined. An attempt that throws counts as one that has not
 * succeeded yet, except for a `FabricError` with the code `PROCESS_EXITED`: waiting longer would not help.
 *
 * @param what what is waited for, for the message.
 * @throws FabricError `START_TIMEOUT` with the last failure as its cause, or `CANCELLED`.
 */
export async function poll<T>(
  what: string,
  { intervalMs, timeoutMs, signal }: PollLimits,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMs);
  let lastFailure: unknown;
  while (true) {
    if (signal.aborted) throw new FabricError('CANCELLED', `gave up waiting for ${what}`);
    try {
      const result = await attempt();
      if (result !== undefined) return result;
    } catch (failure) {
      if (failure instanceof FabricError && failure.code === 'PROCESS_EXITED') throw failure;
      lastFailure = failure;
    }
    if (deadline.aborted) throw timeoutError(what, timeoutMs, lastFailure);
    await sleep(intervalMs);
  }
}

function timeoutError(what: string, timeoutMs: number, cause: unknown): FabricError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new FabricError('START_TIMEOUT', `${what}: not ready within ${timeoutMs / 1000} s${reason}`, { cause });
}
