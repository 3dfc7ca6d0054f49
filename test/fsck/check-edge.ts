import {
  type DeviceSequence,
  decodeLeaf,
  equal,
  fromBase64Url,
  type Leaf,
  parseReading,
  toBase64Url,
  verifyReading,
} from '@hopline/protocol';
import { checkBatch } from './check-batch.ts';
import type { AnchoredStatement } from './check-ledger.ts';
import type { Fault } from './fault.ts';
import { sha256 } from './merkle.ts';
import type { EdgeContents } from './read-edge.ts';
import type { RegistryHistory } from './registry-history.ts';

/** A reading as a leaf holds it. */
export interface Reading {
  /** base64url SHA-256 of what the device sent. */
  readonly digest: string;
  readonly leaf: Leaf;
  /** `null` for legacy readings. */
  readonly sequence: DeviceSequence | null;
}

/** What an edge node's contents say about messages, by the base64url SHA-256 of what the device sent. */
export interface EdgeFindings {
  /** Readings in committed batches; a digest that stands twice was anchored twice. */
  readonly anchored: readonly Reading[];
  readonly quarantined: readonly string[];
  /** Accepted, and not in a committed batch yet. */
  readonly pending: readonly string[];
  /** Committed batches whose leaves are not here: they have left, or the disk was restored from an older copy. */
  readonly lacking: readonly AnchoredStatement[];
  readonly leaves: number;
  /** Intervals of summaries whose figures were computed again from the leaves. */
  readonly intervals: number;
  readonly faults: readonly Fault[];
}

/** Signatures under way at once; they run on the platform's threads. */
const verifiedAtOnce = 256;

/** Computes every hash and signature of an edge node's batches again and compares them with the ledger's statements. */
export async function checkEdge(
  edge: EdgeContents,
  anchored: readonly AnchoredStatement[],
  registry: RegistryHistory,
  channel: string,
): Promise<EdgeFindings> {
  const faults: Fault[] = [];
  const read = (leaves: readonly Uint8Array[]) => readLeaves(edge.node, leaves, registry, channel, faults);
  const committed: Reading[] = [];
  const pending: Reading[] = [];
  let intervals = 0;
  const here = new Set<number>();
  const onLedger = new Map(anchored.map((entry) => [entry.parsed.statement.sequence, entry]));
  for (const batch of edge.batches) {
    const entry = onLedger.get(batch.sequence);
    const isSame = entry !== undefined && equal(batch.statement, entry.parsed.bytes);
    const readings = await read(batch.leaves.map(({ leaf }) => leaf));
    (isSame ? committed : pending).push(...readings);
    if (entry && !isSame) faults.push({ code: 'batch-differs', detail: `${edge.node} batch ${batch.sequence}` });
    if (!isSame) continue;
    const found = checkBatch(edge.node, batch, entry.parsed.statement, readings);
    faults.push(...found.faults);
    intervals += found.intervals;
    if (batch.leaves.length > 0 || entry.parsed.statement.size === 0) here.add(batch.sequence);
  }
  pending.push(...(await read(edge.open)));
  return {
    anchored: committed,
    pending: pending.map(({ digest }) => digest),
    quarantined: edge.quarantine.map(({ message }) => messageDigest(message)),
    lacking: anchored.filter(({ parsed: { statement } }) => statement.size > 0 && !here.has(statement.sequence)),
    leaves: committed.length + pending.length,
    intervals,
    faults,
  };
}

async function readLeaves(
  node: string,
  leaves: readonly Uint8Array[],
  registry: RegistryHistory,
  channel: string,
  faults: Fault[],
): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (let from = 0; from < leaves.length; from += verifiedAtOnce) {
    const checked = leaves.slice(from, from + verifiedAtOnce).map(async (bytes) => {
      try {
        const reading = readLeaf(bytes);
        return { reading, faults: await checkSignature(node, reading, registry, channel) };
      } catch (error) {
        return { reading: null, faults: [fault('leaf-malformed', `${node}: ${(error as Error).message}`)] };
      }
    });
    for (const result of await Promise.all(checked)) {
      if (result.reading) readings.push(result.reading);
      faults.push(...result.faults);
    }
  }
  return readings;
}

function readLeaf(bytes: Uint8Array): Reading {
  const leaf = decodeLeaf(bytes);
  const sequence = leaf.assurance === 'device-signed' ? parseReading(leaf.message).sequence : null;
  return { digest: messageDigest(leaf.message), leaf, sequence };
}

async function checkSignature(
  node: string,
  { leaf }: Reading,
  registry: RegistryHistory,
  channel: string,
): Promise<Fault[]> {
  if (leaf.assurance !== 'device-signed') return [];
  const reading = parseReading(leaf.message);
  const kid = toBase64Url(reading.message.header.kid);
  const enrolled = registry.devices.get(leaf.device)?.find((key) => key.kid === kid);
  if (!enrolled || reading.device !== leaf.device) return [fault('leaf-unknown-device', `${node}: ${leaf.device}`)];
  try {
    await verifyReading(reading, channel, enrolled.key, fromBase64Url(enrolled.kid));
    return [];
  } catch (error) {
    return [fault('leaf-signature', `${node}: ${leaf.device}: ${(error as Error).message}`)];
  }
}

function fault(code: Fault['code'], detail: string): Fault {
  return { code, detail };
}

function messageDigest(message: Uint8Array): string {
  return sha256(message).toString('base64url');
}
