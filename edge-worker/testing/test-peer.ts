import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ExcursionAlert,
  excursionAlertSchema,
  fromBase64Url,
  openEnrolment,
  problem,
  type RegistryCopy,
  type SigningKey,
  signHeadReport,
  signRegistryCopy,
  toBase64Url,
} from '@hopline/protocol';
import { decodeUpload, encodeUpload, type UploadResult } from '@hopline/protocol/edge';
import { keyOf, publicKeyText } from './keys.ts';
import { ChainRefusal, TestChain } from './test-chain.ts';

export type DeviceEntry = RegistryCopy['devices'][number];

/** Ways in which the peer can go wrong; tests set and clear them. */
export interface Faults {
  /** Every request is answered 503. */
  unavailable: boolean;
  /** What the gateway of this organisation answers to everything; `refusesChain`: 409 to statements, the rest as ever. */
  of: Map<string, 'unavailable' | 'refusesChain' | 'anchorsNothing' | 'refusesKey'>;
  /** Statements are anchored and the connection breaks before the answer. */
  loseUploadAnswers: boolean;
  /** Statements are not anchored, and the request hangs until this is cleared. */
  holdUploads: boolean;
  /** Alerts are answered 400. */
  refuseAlerts: boolean;
}

const organisations = ['FreshHubMSP', 'RetailMSP'];
/** A third organisation that the node has no token of: it takes statements by their signature alone. */
const tokenless = 'GrowersMSP';
const registryValidityMs = 3_600_000;

/**
 * The gateways of two organisations as one local HTTP server speaks for them, over one `TestChain`: `/{mspId}/edge/v1/…`.
 * Statements are verified by the protocol, registry copies and heads are signed with real keys.
 */
export class TestPeer {
  readonly chain: TestChain;
  readonly alerts: ExcursionAlert[] = [];
  readonly faults: Faults = {
    unavailable: false,
    of: new Map(),
    loseUploadAnswers: false,
    holdUploads: false,
    refuseAlerts: false,
  };
  devices: DeviceEntry[] = [];
  revocations: RegistryCopy['revocations'] = [];
  version = 1;
  revision = 0;
  validityMs = registryValidityMs;
  /** How far the gateways' clocks are behind. */
  behindMs = 0;
  /** What the other organisation's gateway does not report is not covered. */
  otherReports = true;
  uploads = 0;
  /** Uploads that arrived, by organisation, and how many of them bore the node's token. */
  readonly uploadsTo = new Map<string, { all: number; withToken: number }>();
  /** Head reports given, by organisation. */
  readonly headsGiven = new Map<string, number>();
  readonly #server: Server;
  readonly #keys: { registry: SigningKey; gateways: Map<string, SigningKey> };

  private constructor(chain: TestChain, keys: { registry: SigningKey; gateways: Map<string, SigningKey> }) {
    this.chain = chain;
    this.#keys = keys;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
  }

  static async start(node: string, channel = 'provenance'): Promise<TestPeer> {
    const gateways = new Map<string, SigningKey>();
    for (const mspId of organisations) gateways.set(mspId, await keyOf(`gateway ${mspId}`));
    const peer = new TestPeer(new TestChain(node, channel), { registry: await keyOf('registry'), gateways });
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  /** What the node's configuration must say to work with this peer. */
  config(token: string) {
    const { port } = this.#server.address() as AddressInfo;
    return {
      mspId: 'FreshHubMSP',
      registryKey: publicKeyText(this.#keys.registry),
      gateways: [
        ...organisations.map((mspId) => ({ mspId, url: `http://127.0.0.1:${port}/${mspId}`, token })),
        { mspId: tokenless, url: `http://127.0.0.1:${port}/${tokenless}` },
      ],
    };
  }

  /** Takes a node's proof of possession, as the ledger would. */
  async enrol(proof: string): Promise<void> {
    const enrolment = await openEnrolment(fromBase64Url(proof), this.chain.channel);
    this.chain.enrol(fromBase64Url(enrolment.publicKey));
  }

  /** Thumbprint of a gateway's key, as a revocation names it (base64url). */
  gatewayKid(mspId: string): string {
    return toBase64Url(this.#keys.gateways.get(mspId)?.kid ?? new Uint8Array(0));
  }

  /** Changes the registry: the next copy has a higher version. */
  change(update: () => void): void {
    update();
    this.version++;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://peer');
    const [, mspId = '', ...rest] = url.pathname.split('/');
    const path = `/${rest.join('/')}`;
    const body = await readBody(request);
    const fault = this.faults.of.get(mspId);
    if (this.faults.unavailable || fault === 'unavailable') return refuse(response, 503, 'ledger-unavailable');
    const nodePath = `/edge/v1/nodes/${this.chain.node}`;
    if (path === '/edge/v1/statements') {
      const { all, withToken } = this.uploadsTo.get(mspId) ?? { all: 0, withToken: 0 };
      const hasToken = request.headers.authorization !== undefined;
      this.uploadsTo.set(mspId, { all: all + 1, withToken: withToken + Number(hasToken) });
      if (fault === 'refusesChain') return refuse(response, 409, 'statement-fork');
      if (fault === 'refusesKey') return refuse(response, 403, 'key-revoked');
      if (fault === 'anchorsNothing') return send(response, 200, 'application/json', Buffer.from('{"results":[]}'));
      return this.#statements(body, response);
    }
    if (request.headers.authorization === undefined) return refuse(response, 401, 'unauthenticated');
    if (path === `${nodePath}/head`) return this.#head(mspId, response);
    if (path === `${nodePath}/registry`) return this.#registry(request, response);
    if (path === `${nodePath}/batches`) return this.#batches(url, response);
    if (path === '/edge/v1/alerts') {
      if (this.faults.refuseAlerts) return refuse(response, 400, 'bad-request');
      this.alerts.push(excursionAlertSchema.parse(JSON.parse(body.toString())));
      return send(response, 202, 'application/json', Buffer.from('{}'));
    }
    return refuse(response, 404, 'not-found');
  }

  async #statements(body: Buffer, response: ServerResponse): Promise<void> {
    this.uploads++;
    while (this.faults.holdUploads) await new Promise((resolve) => setTimeout(resolve, 20));
    const results: UploadResult['results'] = [];
    try {
      for (const batch of decodeUpload(new Uint8Array(body))) {
        const { statement, digest, transactionId, block } = await this.chain.anchor(batch);
        const { node, sequence } = statement;
        results.push({ node, sequence, digest: toBase64Url(digest), transactionId, block });
      }
    } catch (error) {
      if (!(error instanceof ChainRefusal)) throw error;
      const status = error.code.startsWith('statement-') ? 409 : 403;
      return send(response, status, 'application/problem+json', problemBody(error.code, status, error.members));
    }
    if (this.faults.loseUploadAnswers) return void response.destroy();
    send(response, 200, 'application/json', Buffer.from(JSON.stringify({ results })));
  }

  async #head(mspId: string, response: ServerResponse): Promise<void> {
    const key = this.#keys.gateways.get(mspId);
    if (!key || (mspId !== organisations[0] && !this.otherReports)) return refuse(response, 503, 'ledger-unavailable');
    const { chain } = this;
    this.headsGiven.set(mspId, (this.headsGiven.get(mspId) ?? 0) + 1);
    const report = {
      node: chain.node,
      head: chain.head(),
      height: chain.height,
      reportedAtMs: Date.now() - this.behindMs,
    };
    send(response, 200, 'application/cose', Buffer.from(await signHeadReport(key, chain.channel, mspId, report)));
  }

  async #registry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const etag = `"${this.version}.${this.revision}"`;
    if (request.headers['if-none-match'] === etag) {
      response.statusCode = 304;
      return void response.end();
    }
    const issuedMs = Date.now();
    const copy: RegistryCopy = {
      format: 1,
      node: this.chain.node,
      version: this.version,
      revision: this.revision,
      issuedMs,
      expiresMs: issuedMs + this.validityMs,
      devices: this.devices,
      revocations: this.revocations,
      gatewayKeys: [...this.#keys.gateways].map(([mspId, key]) => ({ mspId, publicKey: publicKeyText(key) })),
    };
    response.setHeader('etag', etag);
    const bytes = await signRegistryCopy(this.#keys.registry, this.chain.channel, 'FreshHubMSP', copy);
    send(response, 200, 'application/cose', Buffer.from(bytes));
  }

  #batches(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get('from') ?? 0);
    const limit = Number(url.searchParams.get('limit') ?? 64);
    const page = this.chain.anchored.slice(from, from + limit).map((anchored) => anchored.batch);
    send(response, 200, 'application/cbor', Buffer.from(encodeUpload(page)));
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.statusCode = status;
  response.setHeader('content-type', type);
  response.end(body);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  send(response, status, 'application/problem+json', problemBody(code, status, {}));
}

function problemBody(code: string, status: number, members: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(JSON.stringify({ ...problem('internal', status, code), ...members, code }));
}
