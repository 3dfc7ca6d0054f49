import { checkEdge, type EdgeFindings } from './check-edge.ts';
import { checkLedger } from './check-ledger.ts';
import type { Fault } from './fault.ts';
import type { JournalLine } from './journal.ts';
import type { LedgerBlock } from './ledger-blocks.ts';
import type { EdgeContents } from './read-edge.ts';

export interface FsckInput {
  readonly channel: string;
  readonly chaincode: string;
  readonly journal: readonly JournalLine[];
  readonly edges: readonly EdgeContents[];
  readonly blocks: readonly LedgerBlock[];
}

/** What the checker found. `ok` only without any fault. */
export interface FsckReport {
  readonly ok: boolean;
  /** Distinct acknowledged messages. */
  readonly acknowledged: number;
  readonly anchored: number;
  readonly quarantined: number;
  /** Acknowledged, still on an edge's disk only. */
  readonly pending: number;
  readonly missing: number;
  readonly duplicated: number;
  readonly batches: number;
  readonly leaves: number;
  readonly blocks: number;
  readonly transactions: { readonly valid: number; readonly invalid: number };
  readonly faults: readonly Fault[];
}

/**
 * The invariant of the whole system: each acknowledged reading is exactly once in a committed batch, or in a quarantine.
 * Everything is computed from the journal, the edges' leaves and the ledger's blocks; nothing is taken on trust.
 */
export async function check(input: FsckInput): Promise<FsckReport> {
  const ledger = await checkLedger(input.blocks, input.channel, input.chaincode);
  const edges: EdgeFindings[] = [];
  for (const edge of input.edges) {
    edges.push(await checkEdge(edge, ledger.statements.get(edge.node) ?? [], ledger.registry, input.channel));
  }
  const verdict = judge(input.journal, edges);
  const faults = [...ledger.faults, ...edges.flatMap((edge) => edge.faults), ...verdict.faults];
  return {
    ok: faults.length === 0,
    acknowledged: verdict.acknowledged,
    anchored: verdict.anchored,
    quarantined: verdict.quarantined,
    pending: verdict.pending,
    missing: verdict.missing,
    duplicated: verdict.duplicated,
    batches: [...ledger.statements.values()].reduce((sum, chain) => sum + chain.length, 0),
    leaves: edges.reduce((sum, edge) => sum + edge.leaves, 0),
    blocks: input.blocks.length,
    transactions: ledger.transactions,
    faults,
  };
}

function judge(journal: readonly JournalLine[], edges: readonly EdgeFindings[]) {
  const anchored = tally(edges.flatMap((edge) => edge.anchored));
  const quarantined = tally(edges.flatMap((edge) => edge.quarantined));
  const pending = tally(edges.flatMap((edge) => edge.pending));
  const counts = { acknowledged: 0, anchored: 0, quarantined: 0, pending: 0, missing: 0, duplicated: 0 };
  const faults: Fault[] = [];
  // A message may be acknowledged twice (the first PUBACK was lost on its way); it counts once.
  for (const line of new Map(journal.map((entry) => [entry.digest, entry])).values()) {
    counts.acknowledged++;
    const times = anchored.get(line.digest) ?? (isCovered(line, edges) ? 1 : 0);
    const where = `${line.device} ${line.epoch ?? '-'}/${line.counter ?? '-'} at ${line.node}`;
    if (times > 0) counts.anchored++;
    else if (quarantined.has(line.digest)) counts.quarantined++;
    else if (pending.has(line.digest)) {
      counts.pending++;
      faults.push({ code: 'reading-pending', detail: where });
    } else {
      counts.missing++;
      faults.push({ code: 'reading-missing', detail: where });
    }
    if (times > 1 || (times > 0 && quarantined.has(line.digest))) {
      counts.duplicated++;
      faults.push({ code: 'reading-duplicated', detail: where });
    }
  }
  return { ...counts, faults };
}

/** Whether a batch without leaves (they have left after their retention) covers a reading by its summary's ranges. */
function isCovered({ device, epoch, counter }: JournalLine, edges: readonly EdgeFindings[]): boolean {
  if (epoch === null || counter === null) return false;
  return edges.some((edge) =>
    (edge.covered.get(device) ?? []).some(
      (range) => range.epoch === epoch && range.first <= counter && counter <= range.last,
    ),
  );
}

function tally(digests: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const digest of digests) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  return counts;
}
