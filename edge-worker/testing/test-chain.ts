import {
  type Bytes,
  decodeSummary,
  equal,
  type HeadReport,
  importPublicKey,
  keyThumbprint,
  noPrevious,
  parseStatement,
  type SealedBatch,
  type Statement,
  type Summary,
  summaryDigest,
  toBase64Url,
  verifyStatement,
} from '@hopline/protocol';

export interface Anchored {
  readonly batch: SealedBatch;
  readonly statement: Statement;
  readonly summary: Summary;
  readonly digest: Bytes;
  readonly transactionId: string;
  readonly block: number;
}

/** A refusal as the gateway's problem would carry it. */
export class ChainRefusal extends Error {
  readonly code: string;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, members: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.members = members;
  }
}

/**
 * A ledger for tests of the edge: it keeps one node's chain of statements and checks each as the real one does (signature
 * by the enrolled key, sequence, previous digest, summary, times). It is one process' memory and nothing more.
 */
export class TestChain {
  readonly node: string;
  readonly channel: string;
  readonly anchored: Anchored[] = [];
  #key: Uint8Array | null = null;

  constructor(node: string, channel: string) {
    this.node = node;
    this.channel = channel;
  }

  enrol(publicKey: Uint8Array): void {
    this.#key = publicKey;
  }

  get height(): number {
    return this.anchored.length + 1;
  }

  head(): HeadReport['head'] {
    const last = this.anchored.at(-1);
    return last ? { sequence: last.statement.sequence, digest: last.digest } : null;
  }

  /** Anchors a batch, or finds it anchored. Throws `ChainRefusal`. */
  async anchor(batch: SealedBatch): Promise<Anchored> {
    if (!this.#key) throw new ChainRefusal('unknown-node');
    const parsed = await parseStatement(batch.statement);
    const { statement, digest } = parsed;
    const known = this.anchored[statement.sequence];
    if (known && equal(known.digest, digest)) return known;
    if (known) throw new ChainRefusal('statement-fork', { sequence: statement.sequence });
    if (statement.sequence !== this.anchored.length) {
      throw new ChainRefusal('statement-gap', { expected: this.anchored.length });
    }
    const key = await importPublicKey(this.#key);
    try {
      await verifyStatement(parsed, this.channel, key, await keyThumbprint(key.bytes));
    } catch {
      throw new ChainRefusal('signature-refused');
    }
    const last = this.anchored.at(-1);
    if (!equal(statement.previous, last?.digest ?? noPrevious)) {
      throw new ChainRefusal('statement-fork', { sequence: statement.sequence });
    }
    if (statement.node !== this.node || statement.sealedAtMs < (last?.statement.sealedAtMs ?? 0)) {
      throw new ChainRefusal('statement-time');
    }
    if (!equal(await summaryDigest(batch.summary), statement.summaryDigest))
      throw new ChainRefusal('summary-malformed');
    const summary = decodeSummary(batch.summary);
    const readings = summary.devices.reduce((sum, device) => sum + device.readings, 0);
    if (readings !== statement.size) throw new ChainRefusal('summary-malformed');
    const anchored: Anchored = {
      batch,
      statement,
      summary,
      digest,
      transactionId: `tx-${toBase64Url(digest).slice(0, 16)}`,
      block: this.height,
    };
    // Another upload may have come between while the signature was verified.
    if (this.anchored.length !== statement.sequence) return this.anchor(batch);
    this.anchored.push(anchored);
    return anchored;
  }
}
