import {
  type Assurance,
  decodeLeaf,
  decodeSummary,
  equal,
  fromBase64Url,
  type Leaf,
  leafHash,
  merkleRoot,
  parseReading,
  type SequenceRange,
  sha256,
  toBase64Url,
  verifyInclusion,
  verifyReading,
} from '@hopline/protocol';
import type { AnchoredStatement } from './check-ledger.ts';
import type { Fault } from './fault.ts';
import type { EdgeBatch, EdgeContents } from './read-edge.ts';
import type { RegistryHistory } from './registry-history.ts';

/** What an edge node's contents say about messages, by the base64url SHA-256 of what the device sent. */
export interface EdgeFindings {
  /** Digests of messages in committed batches; a digest that stands twice was anchored twice. */
  readonly anchored: readonly string[];
  readonly quarantined: readonly string[];
  /** Accepted, and not in a committed batch yet. */
  readonly pending: readonly string[];
  /** Counters that committed batches cover by their summaries, for batches whose leaves the node no longer has. */
  readonly covered: ReadonlyMap<string, readonly SequenceRange[]>;
  readonly leaves: number;
  readonly faults: readonly Fault[];
}

interface Reading {
  readonly digest: string;
  readonly device: string;
  readonly assurance: Assurance;
}

/** Computes every hash and signature of an edge node's batches again and compares them with the ledger's statements. */
export async function checkEdge(
  edge: EdgeContents,
  anchored: readonly AnchoredStatement[],
  registry: RegistryHistory,
  channel: string,
): Promise<EdgeFindings> {
  const onLedger = new Map(anchored.map((entry) => [entry.parsed.statement.sequence, entry]));
  const findings = {
    anchored: [] as string[],
    quarantined: [] as string[],
    pending: [] as string[],
    covered: new Map<string, SequenceRange[]>(),
    leaves: 0,
    faults: [] as Fault[],
  };
  for (const batch of edge.batches) {
    const readings = await readLeaves(
      edge.node,
      batch.leaves.map((entry) => entry.leaf),
      registry,
      channel,
      findings.faults,
    );
    findings.leaves += readings.length;
    const entry = onLedger.get(batch.sequence);
    (entry ? findings.anchored : findings.pending).push(...readings.map((reading) => reading.digest));
    if (entry) findings.faults.push(...(await checkBatch(edge.node, batch, entry, readings)));
    if (entry && batch.leaves.length === 0) takeCoverage(findings.covered, batch);
  }
  findings.pending.push(
    ...(await readLeaves(edge.node, edge.open, registry, channel, findings.faults)).map(({ digest }) => digest),
  );
  for (const { message } of edge.quarantine) findings.quarantined.push(await messageDigest(message));
  return findings;
}

async function readLeaves(
  node: string,
  leaves: readonly Uint8Array[],
  registry: RegistryHistory,
  channel: string,
  faults: Fault[],
): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const bytes of leaves) {
    try {
      const leaf = decodeLeaf(bytes);
      readings.push({ digest: await messageDigest(leaf.message), device: leaf.device, assurance: leaf.assurance });
      faults.push(...(await checkSignature(node, leaf, registry, channel)));
    } catch (error) {
      faults.push({ code: 'leaf-malformed', detail: `${node}: ${(error as Error).message}` });
    }
  }
  return readings;
}

async function checkSignature(node: string, leaf: Leaf, registry: RegistryHistory, channel: string): Promise<Fault[]> {
  if (leaf.assurance !== 'device-signed') return [];
  const reading = parseReading(leaf.message);
  const kid = toBase64Url(reading.message.header.kid);
  const enrolled = registry.devices.get(leaf.device)?.find((key) => key.kid === kid);
  if (!enrolled || reading.device !== leaf.device)
    return [{ code: 'leaf-unknown-device', detail: `${node}: ${leaf.device}` }];
  try {
    await verifyReading(reading, channel, enrolled.key, fromBase64Url(enrolled.kid));
    return [];
  } catch (error) {
    return [{ code: 'leaf-signature', detail: `${node}: ${leaf.device}: ${(error as Error).message}` }];
  }
}

async function checkBatch(
  node: string,
  batch: EdgeBatch,
  { parsed }: AnchoredStatement,
  readings: readonly Reading[],
): Promise<Fault[]> {
  const where = `${node} batch ${batch.sequence}`;
  const { statement } = parsed;
  const faults: Fault[] = [];
  if (!equal(batch.statement, parsed.bytes)) faults.push({ code: 'batch-differs', detail: where });
  if (!equal(await sha256(batch.summary), statement.summaryDigest))
    faults.push({ code: 'summary-digest', detail: where });
  // After the retention a node keeps the statement and the summary, and no leaves.
  if (batch.leaves.length === 0 && statement.size > 0) return faults;
  if (batch.leaves.length !== statement.size)
    faults.push({ code: 'batch-size', detail: `${where}: ${batch.leaves.length}` });
  const hashes = await Promise.all(batch.leaves.map((entry) => leafHash(entry.leaf)));
  if (!equal(await merkleRoot(hashes), statement.root)) faults.push({ code: 'batch-root', detail: where });
  for (const [position, { index, proof }] of batch.leaves.entries()) {
    try {
      await verifyInclusion(
        hashes[position] as Uint8Array,
        { index, size: statement.size, path: proof },
        statement.root,
      );
    } catch (error) {
      faults.push({ code: 'proof', detail: `${where} leaf ${index}: ${(error as Error).message}` });
    }
  }
  return [...faults, ...checkSummary(where, batch, readings)];
}

/** The summary must count, per device, just the readings that are there. */
function checkSummary(where: string, batch: EdgeBatch, readings: readonly Reading[]): Fault[] {
  const counts = new Map<string, number>();
  for (const { device, assurance } of readings)
    counts.set(`${device} ${assurance}`, (counts.get(`${device} ${assurance}`) ?? 0) + 1);
  const stated = decodeSummary(batch.summary).devices;
  const agrees =
    stated.length === counts.size &&
    stated.every(({ device, assurance, readings: count }) => counts.get(`${device} ${assurance}`) === count);
  return agrees ? [] : [{ code: 'summary-content', detail: where }];
}

function takeCoverage(covered: Map<string, SequenceRange[]>, batch: EdgeBatch): void {
  for (const { device, ranges } of decodeSummary(batch.summary).devices) {
    covered.set(device, [...(covered.get(device) ?? []), ...ranges]);
  }
}

async function messageDigest(message: Uint8Array): Promise<string> {
  return toBase64Url(await sha256(message));
}
