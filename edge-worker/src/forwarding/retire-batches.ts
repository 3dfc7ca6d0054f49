import { decodeLeaf, decodeSummary } from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import type { Clock } from '../clock.ts';
import { digestOf } from '../readings/message-digest.ts';
import type { Batch } from '../store/batch-store.ts';
import type { Leaving } from '../store/left-store.ts';
import type { Stores } from '../store/stores.ts';

const maxBatchesPerRun = 50;
const leavesPerStep = 1000;

export interface RetirePorts {
  readonly config: Pick<NodeConfig, 'retentionMs' | 'equivocationMemoryMs' | 'diskBudgetBytes'>;
  readonly clock: Clock;
  readonly stores: Stores;
}

/**
 * Lets covered batches go whose retention is over. Their counters stay behind for ever, as intervals, so that a replay is
 * still known as one, and a digest of each reading for `equivocationMemoryMs`, so that other bytes under its counter are;
 * both in the transaction that removes the leaves. Returns when there is more to do, or `null`.
 */
export async function retireBatches({ config, clock, stores }: RetirePorts): Promise<number | null> {
  const newest = stores.settings.get('head')?.sequence ?? -1;
  for (const batch of stores.batches.leaving(clock.nowMs() - config.retentionMs, maxBatchesPerRun)) {
    // The newest stays: heads are compared with it.
    if (batch.sequence === newest) continue;
    const leaving = config.equivocationMemoryMs > 0 ? await digestsOf(stores, batch) : [];
    stores.transaction(() => {
      rememberCounters(stores, batch);
      stores.left.add(leaving, clock.nowMs());
      if (batch.size > 0) stores.leaves.removeRange(batch.firstLeaf, batch.lastLeaf);
      stores.batches.remove(batch.sequence);
    });
  }
  const isFull = stores.diskBytes() >= config.diskBudgetBytes;
  // Readings that come in now are worth more than to tell apart those that are gone.
  stores.left.removeUntil(isFull ? clock.nowMs() : clock.nowMs() - config.equivocationMemoryMs);
  const due = [
    [stores.batches.firstCoveredMs(newest), config.retentionMs],
    [stores.left.oldestMs(), config.equivocationMemoryMs],
  ].flatMap(([sinceMs, afterMs]) => (sinceMs == null || afterMs == null ? [] : [sinceMs + afterMs]));
  return due.length === 0 ? null : Math.min(...due);
}

/** Sealed leaves do not change any more, so they are read in steps, and readings come in between. */
async function digestsOf(stores: Stores, batch: Batch): Promise<Leaving[]> {
  const leaving: Leaving[] = [];
  if (batch.size === 0) return leaving;
  for (let after = batch.firstLeaf - 1; ; await scheduler.wait(0)) {
    const page = stores.leaves.list(after, batch.lastLeaf, leavesPerStep);
    for (const { id, deviceId, sequence, bytes } of page) {
      after = id;
      if (sequence) leaving.push({ deviceId, sequence, digest: digestOf(decodeLeaf(bytes).message) });
    }
    if (page.length < leavesPerStep) return leaving;
  }
}

function rememberCounters(stores: Stores, batch: Batch): void {
  for (const { device, ranges } of decodeSummary(batch.summary).devices) {
    for (const { epoch, first, last } of ranges) stores.devices.addSeen(device, epoch, { first, last });
  }
}
