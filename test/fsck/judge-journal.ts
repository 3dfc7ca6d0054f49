import { isIn } from './check-batch.ts';
import type { Coverage } from './coverage.ts';
import type { Fault } from './fault.ts';
import type { JournalLine } from './journal.ts';

/** Where messages were found, by their digests; one entry for each time. */
export interface Found {
  readonly anchored: readonly string[];
  readonly quarantined: readonly string[];
  readonly pending: readonly string[];
  readonly coverage: Coverage;
}

export interface Verdict {
  readonly counts: {
    readonly acknowledged: number;
    readonly anchored: number;
    readonly quarantined: number;
    readonly pending: number;
    readonly missing: number;
    readonly duplicated: number;
  };
  readonly faults: readonly Fault[];
}

/** Looks for each acknowledged message in what was found. */
export function judgeJournal(journal: readonly JournalLine[], found: Found): Verdict {
  const anchored = tally(found.anchored);
  const quarantined = tally(found.quarantined);
  const pending = tally(found.pending);
  // Legacy readings of batches without leaves have no sequence to be found by: as many as the summaries count are there.
  const legacyLeft = new Map(found.coverage.legacyReadings);
  const counts = { acknowledged: 0, anchored: 0, quarantined: 0, pending: 0, missing: 0, duplicated: 0 };
  const faults: Fault[] = [];

  for (const [digest, lines] of Map.groupBy(journal, (line) => line.digest)) {
    const line = lines[0] as JournalLine;
    const where = `${line.device} ${line.epoch ?? '-'}/${line.counter ?? '-'} at ${line.node}`;
    // A signed message may be acknowledged twice (the first PUBACK was lost on its way) and counts once. Of a sensor that
    // writes no time every acknowledgement is a reading, though the bytes are the same.
    const expected = line.epoch === null ? lines.length : 1;
    const inQuarantine = quarantined.get(digest) ?? 0;
    const inLeaves = anchored.get(digest) ?? 0;
    const covered = coveredTimes(line, found.coverage, { inQuarantine, inLeaves, expected }, legacyLeft);
    const committed = inLeaves + covered;
    const left = expected - Math.min(committed, expected);
    const shown = Math.min(inQuarantine, left);
    const waiting = Math.min(pending.get(digest) ?? 0, left - shown);
    const missing = left - shown - waiting;
    counts.acknowledged += expected;
    counts.anchored += expected - left;
    counts.quarantined += shown;
    counts.pending += waiting;
    counts.missing += missing;
    if (waiting > 0) faults.push({ code: 'reading-pending', detail: where });
    if (missing > 0) faults.push({ code: 'reading-missing', detail: where });
    if (committed > expected || (committed === expected && inQuarantine > 0)) {
      counts.duplicated++;
      faults.push({ code: 'reading-duplicated', detail: where });
    }
  }
  return { counts, faults };
}

/** How often batches without leaves account for a message. */
function coveredTimes(
  { device, epoch, counter }: JournalLine,
  coverage: Coverage,
  { inQuarantine, inLeaves, expected }: { inQuarantine: number; inLeaves: number; expected: number },
  legacyLeft: Map<string, number>,
): number {
  if (epoch !== null && counter !== null) {
    // Another message with this sequence may be the anchored one, if this one is in quarantine (an equivocation).
    return inQuarantine === 0 && isIn(coverage.ranges.get(device) ?? [], epoch, counter) ? 1 : 0;
  }
  const left = legacyLeft.get(device) ?? 0;
  const taken = Math.min(left, Math.max(0, expected - inLeaves - inQuarantine));
  legacyLeft.set(device, left - taken);
  return taken;
}

function tally(digests: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const digest of digests) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  return counts;
}
