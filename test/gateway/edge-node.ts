import {
  encodeSummary,
  encodeUpload,
  generateSigningKey,
  merkleRoot,
  noPrevious,
  type SealedBatch,
  type SigningKey,
  type Statement,
  type Summary,
  signEnrolment,
  signStatement,
  statementDigest,
  summaryDigest,
  toBase64Url,
} from '@hopline/protocol';
import { type Api, apiOf, type RunningGateway } from './network.ts';

const channel = 'provenance';

/** What of an edge node's work a gateway sees: a key, a chain of statements, a token. */
export class EdgeNode {
  readonly node: string;
  readonly key: SigningKey;
  readonly api: Api;
  #sequence = 0;
  #previous = noPrevious;
  #sealedAtMs: number;

  constructor(node: string, key: SigningKey, api: Api, startMs: number) {
    this.node = node;
    this.key = key;
    this.api = api;
    this.#sealedAtMs = startMs;
  }

  /** Enrols a node at a registered site of the gateway's organisation. */
  static async enrol(gateway: RunningGateway, mspId: string, node: string, startMs: number): Promise<EdgeNode> {
    const { key } = await generateSigningKey();
    const { code } = (await gateway.api.send('POST', '/api/enrolment-codes', {
      purpose: 'edge-node',
      subject: node,
    })) as { code: string };
    const proof = await signEnrolment(key, channel, { purpose: 'edge-node', subject: node, mspId, code });
    const { token } = (await gateway.api.send('POST', '/api/edge-nodes', { proof: toBase64Url(proof) })) as {
      token: string;
    };
    return new EdgeNode(node, key, apiOf(gateway.url, token), startMs);
  }

  /** Seals the next batch. What it holds is up to the test; the chain is kept here. */
  async seal(
    content: { devices?: Summary['devices'] } & Partial<Omit<Statement, 'node' | 'sequence' | 'previous'>> = {},
  ): Promise<SealedBatch> {
    const { devices = [], ...rest } = content;
    const sealedAtMs = rest.sealedAtMs ?? this.#sealedAtMs + 1_000;
    const summary = encodeSummary({ node: this.node, sequence: this.#sequence, devices });
    const statement = await signStatement(this.key, channel, {
      node: this.node,
      sequence: this.#sequence,
      previous: this.#previous,
      registryVersion: 1,
      size: 0,
      root: await merkleRoot([]),
      fromMs: sealedAtMs,
      toMs: sealedAtMs,
      sealedAtMs,
      summaryDigest: await summaryDigest(summary),
      excursions: [],
      ...rest,
    });
    this.#sequence++;
    this.#previous = await statementDigest(statement);
    this.#sealedAtMs = sealedAtMs;
    return { statement, summary };
  }

  upload(batches: readonly SealedBatch[]): Promise<Response> {
    return this.uploadBytes(encodeUpload(batches));
  }

  uploadBytes(bytes: Uint8Array): Promise<Response> {
    return this.api.fetch('/edge/v1/statements', {
      method: 'POST',
      headers: { 'content-type': 'application/cbor' },
      body: Buffer.from(bytes),
    });
  }
}
