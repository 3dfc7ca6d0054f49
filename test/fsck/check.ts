import { checkEdge, type EdgeFindings } from './check-edge.ts';
import type { EndorsementCounts } from './check-endorsements.ts';
import { checkLedger, type LedgerFindings } from './check-ledger.ts';
import { checkSequences, coverageOf, type SummarySource } from './coverage.ts';
import type { Fault } from './fault.ts';
import type { JournalLine } from './journal.ts';
import { judgeJournal } from './judge-journal.ts';
import type { LedgerBlock } from './ledger-blocks.ts';
import type { EdgeContents } from './read-edge.ts';

export interface FsckInput {
  readonly channel: string;
  readonly chaincode: string;
  readonly journal: readonly JournalLine[];
  readonly edges: readonly EdgeContents[];
  /** Asked for the summaries of committed batches whose leaves no edge has. */
  readonly summaryOf: SummarySource;
  readonly blocks: readonly LedgerBlock[];
  /** Certificates (PEM) by MSP id that are known from elsewhere; each must be of its organisation as the blocks have it. */
  readonly anchors?: ReadonlyMap<string, string>;
}

/** What the checker found. `ok` only without any fault. */
export interface FsckReport {
  readonly ok: boolean;
  /** Acknowledged messages; the same signed bytes count once. */
  readonly acknowledged: number;
  readonly anchored: number;
  readonly quarantined: number;
  /** Acknowledged, still on an edge's disk only. */
  readonly pending: number;
  readonly missing: number;
  readonly duplicated: number;
  readonly batches: number;
  /** Of the batches: those whose leaves no edge has, which their summaries answer for. */
  readonly batchesWithoutLeaves: number;
  readonly leaves: number;
  readonly blocks: number;
  readonly transactions: { readonly valid: number; readonly invalid: number };
  readonly endorsements: EndorsementCounts;
  /** Intervals of summaries whose count, minimum, maximum and mean were computed again. */
  readonly intervals: number;
  readonly faults: readonly Fault[];
}

/**
 * The invariant of the whole system: each acknowledged reading is exactly once in a committed batch, or in a quarantine.
 * Everything is computed from the journal, the edges' leaves and the ledger's blocks; nothing is taken on trust. Where the
 * leaves have left (retention is over, or an older disk was restored), the summaries answer, which the ledger fixes.
 */
export async function check(input: FsckInput): Promise<FsckReport> {
  const ledger = await checkLedger(input.blocks, input.channel, input.chaincode, input.anchors);
  const edges: EdgeFindings[] = [];
  for (const edge of allEdges(input.edges, ledger)) {
    edges.push(await checkEdge(edge, ledger.statements.get(edge.node) ?? [], ledger.registry, input.channel));
  }
  const lacking = edges.flatMap((edge) => edge.lacking);
  const coverage = await coverageOf(lacking, input.summaryOf);
  const anchored = edges.flatMap((edge) => edge.anchored);
  const verdict = judgeJournal(input.journal, {
    anchored: anchored.map(({ digest }) => digest),
    quarantined: edges.flatMap((edge) => edge.quarantined),
    pending: edges.flatMap((edge) => edge.pending),
    coverage,
  });
  const faults = [
    ...ledger.faults,
    ...edges.flatMap((edge) => edge.faults),
    ...coverage.faults,
    ...checkSequences(anchored, coverage),
    ...verdict.faults,
  ];
  return {
    ok: faults.length === 0,
    ...verdict.counts,
    batches: [...ledger.statements.values()].reduce((sum, chain) => sum + chain.length, 0),
    batchesWithoutLeaves: lacking.length,
    leaves: edges.reduce((sum, edge) => sum + edge.leaves, 0),
    blocks: input.blocks.length,
    transactions: ledger.transactions,
    endorsements: ledger.endorsements,
    intervals: edges.reduce((sum, edge) => sum + edge.intervals, 0),
    faults,
  };
}

/** A node that has statements on the ledger and that nobody could read is one that has nothing. */
function allEdges(edges: readonly EdgeContents[], { statements }: LedgerFindings): EdgeContents[] {
  const read = new Set(edges.map(({ node }) => node));
  const unread = [...statements.keys()].filter((node) => !read.has(node));
  return [...edges, ...unread.map((node) => ({ node, batches: [], open: [], quarantine: [] }))];
}
