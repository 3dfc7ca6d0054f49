import {
  type Bytes,
  decodeSummary,
  encodeLeaf,
  encodeSenmlJson,
  encodeSummary,
  generateSigningKey,
  leafHash,
  merkleLevels,
  parseStatement,
  proofFromLevels,
  type SigningKey,
  type Statement,
  type Summary,
  sha256,
  signEnrolment,
  signReading,
  signStatement,
  toBase64Url,
} from '@hopline/protocol';
import { type ChainHead, sealBatch } from '../../../edge-worker/src/sealing/seal-batch.ts';
import type { FsckInput } from '../check.ts';
import type { SummarySource } from '../coverage.ts';
import type { JournalLine } from '../journal.ts';
import { readBlock } from '../ledger-blocks.ts';
import type { EdgeBatch, EdgeContents } from '../read-edge.ts';
import { type Call, makeBlocks } from './make-blocks.ts';

export const channel = 'provenance';
export const chaincode = 'hopline';
export const node = '9521002000115/0';
export const probe = 'urn:dev:os:32473-probe-1';
export const legacy = 'urn:dev:os:32473-legacy-1';
const startMs = 1_790_000_000_000;

/** A message with its line in the journal and its leaf. */
export interface Message {
  readonly payload: Bytes;
  readonly leaf: Bytes;
  readonly line: JournalLine;
}

/**
 * A small history of one edge node as the real parts make it: keys, signed readings, leaves, batches sealed by the edge's own
 * code, blocks in Fabric's bytes. Tests take it apart and break one thing.
 */
export class History {
  readonly nodeKey: SigningKey;
  readonly probeKey: SigningKey;
  /** One list for each block. */
  calls: Call[][] = [];
  journal: JournalLine[] = [];
  edge: EdgeContents = { node, batches: [], open: [], quarantine: [] };
  readonly summaries = new Map<string, Bytes>();
  #head: ChainHead | null = null;
  #ticks = 0;

  private constructor(nodeKey: SigningKey, probeKey: SigningKey) {
    this.nodeKey = nodeKey;
    this.probeKey = probeKey;
  }

  /** The node and the probe are enrolled, and nothing else has happened. */
  static async begin(): Promise<History> {
    const history = new History((await generateSigningKey()).key, (await generateSigningKey()).key);
    const proof = await history.proof('device', probe, history.probeKey);
    history.calls.push([await history.enrolNode(history.nodeKey)]);
    history.calls.push([{ name: 'registry:EnrolDevice', argument: { proof, device: { device: probe } } }]);
    return history;
  }

  /** Three batches (signed readings, nothing, signed and legacy readings) and a message in quarantine, all acknowledged. */
  static async make(): Promise<History> {
    const history = await History.begin();
    const [first, ...rest] = await history.readings(0, 5);
    await history.anchor([first as Message, ...rest]);
    await history.anchor([]);
    await history.anchor([...(await history.readings(5, 3)), await history.legacyReading()]);
    const forged = await history.reading(99, (await generateSigningKey()).key);
    history.journal.push(forged.line);
    const entry = { reason: 'signature-invalid', device: probe, message: forged.payload };
    history.edge = { ...history.edge, quarantine: [entry] };
    return history;
  }

  get head(): ChainHead | null {
    return this.#head;
  }

  async enrolNode(key: SigningKey): Promise<Call> {
    return { name: 'registry:EnrolEdgeNode', argument: { proof: await this.proof('edge-node', node, key) } };
  }

  async proof(purpose: 'device' | 'edge-node', subject: string, key: SigningKey): Promise<string> {
    return toBase64Url(await signEnrolment(key, channel, { purpose, subject, mspId: 'FreshHubMSP', code: 'a code' }));
  }

  readings(first: number, count: number): Promise<Message[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.reading(first + index)));
  }

  async reading(counter: number, key = this.probeKey, celsius = 4): Promise<Message> {
    const atMs = startMs + this.#ticks++ * 1000;
    const sequence = { epoch: 7, counter };
    const pack = [{ bn: `${probe}_`, bt: atMs / 1000, n: 'temperature', u: 'Cel', v: celsius }];
    const payload = await signReading(key, channel, probe, sequence, pack);
    return this.#message(probe, payload, sequence, atMs);
  }

  /** Without a time of its own: what it sends is the same each time. */
  legacyReading(): Promise<Message> {
    const payload = encodeSenmlJson([{ n: 'temperature', u: 'Cel', v: 5 }]);
    return this.#message(legacy, payload, null, startMs + this.#ticks++ * 1000);
  }

  /** Seals a batch as the edge does, and puts it on the ledger and into the journal; the edge holds it. */
  async anchor(messages: readonly Message[], key = this.nodeKey): Promise<EdgeBatch> {
    const batch = await this.seal(messages, {}, key);
    this.edge = { ...this.edge, batches: [...this.edge.batches, batch] };
    this.calls.push([anchorCall(batch)]);
    this.journal.push(...messages.map(({ line }) => line));
    return batch;
  }

  /** Seals a batch upon the head; `changes` are made to its statement before it is signed, and `retell` to its summary. */
  async seal(
    messages: readonly Message[],
    changes: Partial<Statement> = {},
    key = this.nodeKey,
    retell: (summary: Summary) => Summary = (summary) => summary,
  ): Promise<EdgeBatch> {
    const leaves = messages.map(({ leaf, line }, id) => ({ id, receivedAtMs: line.ackedAtMs, bytes: leaf }));
    const nowMs = startMs + this.#ticks++ * 1000;
    const request = { node, head: this.#head, registryVersion: 1, excursions: [], nowMs, leaves };
    const { statement: sealed, summary: honest } = await sealBatch(request);
    const summary = encodeSummary(retell(decodeSummary(honest)));
    const summaryDigest = await sha256(summary);
    const statement = await signStatement(key, channel, { ...sealed, summaryDigest, ...changes });
    const { sequence, sealedAtMs } = sealed;
    this.#head = { sequence, sealedAtMs, digest: (await parseStatement(statement)).digest };
    this.summaries.set(toBase64Url(summaryDigest), summary);
    return { sequence, statement, summary, leaves: await provenLeaves(messages.map(({ leaf }) => leaf)) };
  }

  /** What the checker gets. */
  input(blocks = makeBlocks(chaincode, this.calls)): FsckInput {
    const summaryOf: SummarySource = async (digest) => this.summaries.get(digest) ?? null;
    const { journal, edge } = this;
    return { channel, chaincode, journal, edges: [edge], blocks: blocks.map(readBlock), summaryOf };
  }

  /** Changes the batch at a place in the edge's list. */
  changeBatch(at: number, change: (batch: EdgeBatch) => Partial<EdgeBatch>): void {
    const batches = this.edge.batches.map((batch, index) => (index === at ? { ...batch, ...change(batch) } : batch));
    this.edge = { ...this.edge, batches };
  }

  async #message(
    device: string,
    payload: Bytes,
    sequence: { epoch: number; counter: number } | null,
    receivedAtMs: number,
  ): Promise<Message> {
    const assurance = sequence ? 'device-signed' : 'session-authenticated';
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const digest = toBase64Url(await sha256(payload));
    const place = { epoch: sequence?.epoch ?? null, counter: sequence?.counter ?? null };
    return {
      payload,
      leaf: encodeLeaf({ assurance, receivedAtMs, device, salt, message: payload }),
      line: { node, device, ...place, digest, ackedAtMs: receivedAtMs },
    };
  }
}

export function anchorCall(...batches: readonly EdgeBatch[]): Call {
  const statements = batches.map(({ statement }) => toBase64Url(statement));
  return { name: 'readings:AnchorStatements', argument: { statements } };
}

export async function provenLeaves(leaves: readonly Bytes[]): Promise<EdgeBatch['leaves']> {
  const levels = await merkleLevels(await Promise.all(leaves.map((leaf) => leafHash(leaf))));
  return leaves.map((leaf, index) => ({ index, leaf, proof: proofFromLevels(levels, index) }));
}
