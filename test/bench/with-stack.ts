import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPortBase } from '../../infra/start/port-plan.ts';
import { type Stack, startStack } from '../../infra/start/stack.ts';
import type { BenchOptions } from './bench-options.ts';

const hourMs = 3_600_000;

/** Runs `work` on a whole system of its own, which is stopped and removed afterwards. */
export async function withStack<T>(
  { ledger, batch }: BenchOptions,
  onProgress: (line: string) => void,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hopline-bench-'));
  try {
    const stack = await startStack({
      dataDir,
      ledger,
      portBase: await findPortBase(Math.random),
      // Only full batches: a round has a whole number of them.
      tuning: { sealMaxReadings: batch, sealMaxAgeMs: hourMs, registryRefreshMs: 1_000 },
      onProgress,
    });
    try {
      return await work(stack);
    } finally {
      await stack.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
