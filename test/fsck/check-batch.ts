import { type DeviceSummary, decodeSummary, type SequenceRange, type Statement } from '@hopline/protocol';
import type { Reading } from './check-edge.ts';
import { checkFigures } from './check-figures.ts';
import type { Fault } from './fault.ts';
import { hashLeaf, proofOf, rootOf, sha256, treeOf } from './merkle.ts';
import type { EdgeBatch } from './read-edge.ts';

export interface BatchFindings {
  readonly faults: readonly Fault[];
  /** Intervals of its summary whose figures were computed again. */
  readonly intervals: number;
}

/** Compares a batch that an edge node shows with the statement about it on the ledger. */
export function checkBatch(
  node: string,
  batch: EdgeBatch,
  statement: Statement,
  readings: readonly Reading[],
): BatchFindings {
  const where = `${node} batch ${batch.sequence}`;
  const faults: Fault[] = [];
  if (!sha256(batch.summary).equals(statement.summaryDigest)) faults.push({ code: 'summary-digest', detail: where });
  // After the retention a node may keep the statement and the summary, and no leaves.
  if (batch.leaves.length === 0 && statement.size > 0) return { faults, intervals: 0 };
  if (batch.leaves.length !== statement.size)
    faults.push({ code: 'batch-size', detail: `${where}: ${batch.leaves.length} of ${statement.size}` });
  faults.push(...checkTree(where, batch, statement));
  if (!spanHolds(statement, readings)) faults.push({ code: 'batch-span', detail: where });
  const summary = checkSummary(where, batch, readings);
  return { faults: [...faults, ...summary.faults], intervals: summary.intervals };
}

function checkTree(where: string, { leaves }: EdgeBatch, { root }: Statement): Fault[] {
  const levels = treeOf(leaves.map(({ leaf }) => hashLeaf(leaf)));
  const faults: Fault[] = [];
  if (!rootOf(levels).equals(root)) faults.push({ code: 'batch-root', detail: where });
  for (const [position, { index, proof }] of leaves.entries()) {
    const right = proofOf(levels, position);
    const holds =
      index === position &&
      proof.length === right.length &&
      right.every((hash, height) => hash.equals(proof[height] as Uint8Array));
    if (!holds) faults.push({ code: 'proof', detail: `${where} leaf ${index}` });
  }
  return faults;
}

/** The statement's time span is that of its leaves' receipt. */
function spanHolds({ fromMs, toMs }: Statement, readings: readonly Reading[]): boolean {
  if (readings.length === 0) return true;
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const { leaf } of readings) {
    first = Math.min(first, leaf.receivedAtMs);
    last = Math.max(last, leaf.receivedAtMs);
  }
  return first === fromMs && last === toMs;
}

/** The summary must tell, per device, just the readings, sequences and figures that are there. */
function checkSummary(where: string, batch: EdgeBatch, readings: readonly Reading[]): BatchFindings {
  const wrong = (why: string): BatchFindings => ({
    faults: [{ code: 'summary-content', detail: `${where}: ${why}` }],
    intervals: 0,
  });
  const byDevice = Map.groupBy(readings, ({ leaf }) => leaf.device);
  try {
    const { devices, node, sequence } = decodeSummary(batch.summary);
    if (`${node} batch ${sequence}` !== where) return wrong('of another batch');
    if (devices.length !== byDevice.size) return wrong(`${devices.length} devices, not ${byDevice.size}`);
    const findings = devices.map((told) => checkDevice(where, told, byDevice.get(told.device) ?? []));
    return {
      faults: findings.flatMap(({ faults }) => faults),
      intervals: findings.reduce((sum, { intervals }) => sum + intervals, 0),
    };
  } catch (error) {
    return wrong((error as Error).message);
  }
}

function checkDevice(where: string, told: DeviceSummary, there: readonly Reading[]): BatchFindings {
  const faults: Fault[] = [];
  const { device, assurance, readings, ranges } = told;
  const agrees =
    there.length === readings && there.every(({ leaf }) => leaf.assurance === assurance) && rangesAgree(ranges, there);
  if (!agrees) faults.push({ code: 'summary-content', detail: `${where}: ${device}` });
  const { differing, compared } = checkFigures(
    told,
    there.map(({ leaf }) => leaf),
  );
  for (const place of differing) {
    faults.push({ code: 'summary-figures', detail: `${where}: ${device} ${place}` });
  }
  return { faults, intervals: compared };
}

function rangesAgree(ranges: readonly SequenceRange[], readings: readonly Reading[]): boolean {
  const sequences = readings.flatMap(({ sequence }) => (sequence ? [sequence] : []));
  const distinct = new Set(sequences.map(({ epoch, counter }) => `${epoch}/${counter}`));
  const told = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return told === distinct.size && sequences.every((sequence) => isIn(ranges, sequence.epoch, sequence.counter));
}

/** Whether one of the ranges holds a place in a device's sequence. */
export function isIn(ranges: readonly SequenceRange[], epoch: number, counter: number): boolean {
  return ranges.some((range) => range.epoch === epoch && range.first <= counter && counter <= range.last);
}
