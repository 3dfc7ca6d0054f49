import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadOptions, type LoadResult, runLoad } from '../../sensor-sim/src/load/run-load.ts';
import { cpuBetween, processUsage, type Role, type Usage } from './process-usage.ts';

export interface TimedLoad extends LoadResult {
  /** When the first message went out, by `performance.now()`. */
  readonly startedAtMs: number;
  /** Processor time of all when the first message went out; `null` without `/proc`. */
  readonly usageAtStart: Map<Role, Usage> | null;
  /** Processor time from the first message to the last PUBACK, by role, in milliseconds; empty without `/proc`. */
  readonly cpuMs: ReadonlyMap<Role, number>;
}

const secondMs = 1000;

/**
 * One round of load with what it cost. Throws where not every message was acknowledged, or one went to quarantine: a
 * figure would then be one of something else.
 */
export async function timedLoad(options: Pick<LoadOptions, 'devices' | 'messages' | 'inFlight'>): Promise<TimedLoad> {
  // At an edge node, where devices have passwords, each round opens an epoch of its own, and epochs are whole seconds.
  if (options.devices.some(({ password }) => password !== undefined)) await sleep(secondMs - (Date.now() % secondMs));
  let startedAtMs = 0;
  let usageAtStart: Map<Role, Usage> | null = null;
  const result = await runLoad({
    ...options,
    protocolVersion: 4,
    preSign: true,
    seed: 1,
    nowMs: Date.now,
    onStart: () => {
      usageAtStart = processUsage();
      startedAtMs = performance.now();
    },
  });
  const cpuMs = cpuBetween(usageAtStart, processUsage());
  if (result.acknowledged !== options.messages || result.quarantined > 0) {
    throw new Error(
      `of ${options.messages} messages ${result.acknowledged} were acknowledged: ${JSON.stringify(result)}`,
    );
  }
  return { ...result, startedAtMs, usageAtStart, cpuMs };
}
