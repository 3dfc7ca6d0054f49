import { FabricError } from './fabric-error.ts';
import { fingerprintOf, type ProcessFolder, type ProcessPlan, type ProcessRecord } from './node-process.ts';

/** What has to be done to a folder's processes, and what has not. */
export interface Reconciliation {
  readonly stop: readonly ProcessRecord[];
  readonly keep: readonly { readonly plan: ProcessPlan; readonly record: ProcessRecord }[];
  readonly start: readonly ProcessPlan[];
}

/** Compares what runs with what should run: what is not, or no longer so, in the plan has to go. */
export function compareProcesses(running: readonly ProcessRecord[], wanted: readonly ProcessPlan[]): Reconciliation {
  const pairs = wanted.map((plan) => ({ plan, record: running.find((record) => isOf(plan, record)) }));
  const keep = pairs.flatMap(({ plan, record }) => (record ? [{ plan, record }] : []));
  const kept = new Set(keep.map(({ record }) => record));
  return {
    stop: running.filter((record) => !kept.has(record)),
    keep,
    start: pairs.filter(({ record }) => !record).map(({ plan }) => plan),
  };
}

function isOf(plan: ProcessPlan, { name, fingerprint }: ProcessRecord): boolean {
  return name === plan.name && fingerprint === fingerprintOf(plan);
}

/**
 * Starts processes side by side and waits until all of them serve.
 *
 * @param started gets each process that was started, also where this fails.
 * @throws FabricError the first failure of a process, once no other is still being started.
 */
export async function startProcesses(
  processes: ProcessFolder,
  plans: readonly ProcessPlan[],
  started: ProcessRecord[],
  signal: AbortSignal,
): Promise<void> {
  const giveUp = new AbortController();
  const stopWaiting = AbortSignal.any([signal, giveUp.signal]);
  const failures: unknown[] = [];
  await Promise.all(
    plans.map(async (plan) => {
      try {
        const record = await processes.start(plan);
        started.push(record);
        await processes.waitUntilServing(plan, record, stopWaiting);
      } catch (failure) {
        failures.push(failure);
        giveUp.abort();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  if (signal.aborted) throw new FabricError('CANCELLED', 'gave up while the processes started');
}
