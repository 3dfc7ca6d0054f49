import type { BenchOptions } from './bench-options.ts';
import { Rounds, type Section } from './figures.ts';
import { cpuBetween, processUsage } from './process-usage.ts';
import { startWorkWorker, type WorkWorker } from './start-work-worker.ts';
import type { WorkTask } from './work-task.ts';

/** Readings that share a commit when an edge node is busy. */
const commitGroup = 100;

/** Names of the figures by which the pipeline's share of unavoidable work is told. */
export const unavoidable = {
  verify: 'Ed25519 verification',
  hash: 'SHA-256 of leaf and tree',
  commit: `SQLite commit, ${commitGroup} readings at once`,
} as const;

/** What no edge node can save for a reading, each by itself in workerd on this machine. */
export async function measureWork(
  { messages, rounds, batch }: BenchOptions,
  onProgress: (line: string) => void,
): Promise<Section> {
  const tasks: [string, WorkTask][] = [
    [unavoidable.verify, { kind: 'verify', count: messages, group: 1 }],
    ['… with the message taken apart', { kind: 'verify-reading', count: messages, group: 1 }],
    [unavoidable.hash, { kind: 'hash', count: messages, group: batch }],
    [unavoidable.commit, { kind: 'commit', count: messages, group: commitGroup }],
    ['SQLite commit, one reading at a time', { kind: 'commit', count: Math.ceil(messages / commitGroup), group: 1 }],
  ];
  const found = new Rounds();
  const worker = await startWorkWorker();
  try {
    // What is compiled and cached at the first use is no part of the figures.
    for (const [, task] of tasks) await worker.run({ ...task, count: Math.min(task.count, commitGroup) });
    for (let round = 0; round < rounds; round++) {
      for (const [name, task] of tasks) await measure(worker, name, task, found);
      onProgress(`work: round ${round + 1} of ${rounds}`);
    }
  } finally {
    await worker.stop();
  }
  return {
    name: 'work',
    title: 'Work that cannot be saved, for one reading in workerd',
    figures: found.figures(),
    notes: [
      `leaves of 400 bytes, trees of ${batch}; time on the clock, and processor time of workerd where it can be read`,
    ],
  };
}

async function measure(worker: WorkWorker, name: string, task: WorkTask, found: Rounds): Promise<void> {
  const before = processUsage();
  const startedMs = performance.now();
  await worker.run(task);
  found.add(name, 'µs', ((performance.now() - startedMs) * 1000) / task.count);
  const cpuMs = cpuBetween(before, processUsage()).get('edge');
  if (cpuMs !== undefined) found.add(`${name}: processor`, 'µs', (cpuMs * 1000) / task.count);
}
