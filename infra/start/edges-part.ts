import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type NodeConfig, sha256, toBase64Url, utf8 } from '@hopline/protocol';
import { z } from 'zod';
import { type LocalEdge, type NodesInput, startLocalEdge } from '../../edge-worker/local/index.ts';
import { organisations, places } from '../story/network.ts';
import { ApiClient } from './gateway-client.ts';
import type { GatewayAddress, GatewaysPart } from './gateways-part.ts';
import type { ProcessPlan } from './managed-process.ts';
import type { PortPlan } from './port-plan.ts';
import { readJsonFile, writeJsonFile } from './secrets-file.ts';
import { nodeOf } from './story-plan.ts';

/** An edge node as others reach it. The token opens its HTTP interface. */
export interface EdgeAddress {
  readonly node: string;
  readonly url: string;
  readonly token: string;
}

/** What may be tuned of all nodes; the rest keeps its defaults. */
export type NodeTuning = Partial<
  Pick<
    NodeConfig,
    | 'sealMaxReadings'
    | 'sealMaxAgeMs'
    | 'idleStatementMs'
    | 'registryRefreshMs'
    | 'uploadFallbackMs'
    | 'ownGatewayRetryMs'
    | 'retentionMs'
    | 'diskBudgetBytes'
    | 'maxClockAheadMs'
    | 'lateAfterMs'
    | 'groupCommitMs'
  >
>;

const secretsSchema = z.object({
  apiTokens: z.record(z.string(), z.string()),
  /** By node, then by organisation. */
  gatewayTokens: z.record(z.string(), z.record(z.string(), z.string())),
});
type Secrets = z.infer<typeof secretsSchema>;

const nodes = places.warehouses.map(nodeOf);
const tokenAnswer = z.object({ token: z.string() });
const proofAnswer = z.object({ proof: z.string() });
const codeAnswer = z.object({ code: z.string() });
const stateAnswer = z.object({ state: z.enum(['not-enrolled', 'running', 'diverged']) });
const publicHalf = z.object({ x: z.string() });
const organisationKeys = z.object({ registry: publicHalf });
const enrolledWithinMs = 90_000;
const pollMs = 100;

/** Addresses and tokens of the nodes; the tokens are made at the first start. */
export async function edgeAddresses(dataDir: string, ports: PortPlan): Promise<EdgeAddress[]> {
  const secrets = await readSecrets(dataDir);
  return nodes.map((node, index) => {
    const token = secrets.apiTokens[node];
    if (!token) throw new Error(`no token for ${node}`);
    return { node, url: `http://127.0.0.1:${ports.edges[index]}`, token };
  });
}

/** One site's edge: a workerd of its own, as on a box in its warehouse. It can be killed and started again. */
export class EdgePart {
  readonly address: EdgeAddress;
  readonly dataDir: string;
  readonly #config: NodesInput[string];
  readonly #logFile: string;
  readonly #onExit: (problem: Error) => void;
  readonly #onStart: ProcessPlan['onStart'];
  #running: LocalEdge | null = null;

  constructor(options: {
    address: EdgeAddress;
    dataDir: string;
    config: NodesInput[string];
    logFile: string;
    onExit: (problem: Error) => void;
    onStart: ProcessPlan['onStart'];
  }) {
    this.address = options.address;
    this.dataDir = options.dataDir;
    this.#config = options.config;
    this.#logFile = options.logFile;
    this.#onExit = options.onExit;
    this.#onStart = options.onStart;
  }

  async start(): Promise<void> {
    const log = createWriteStream(this.#logFile, { flags: 'a' });
    const edge = await startLocalEdge({
      dataDir: this.dataDir,
      port: Number(new URL(this.address.url).port),
      nodes: { [this.address.node]: this.#config },
      log: (line) => log.write(`${line}\n`),
    });
    this.#running = edge;
    await this.#onStart(`edge of ${this.address.node}`, edge.pid);
    void edge.ended.then(() => {
      log.end();
      if (this.#running === edge)
        this.#onExit(new Error(`the edge of ${this.address.node} ended\nIts log: ${this.#logFile}`));
    });
  }

  async stop(): Promise<void> {
    const edge = this.#running;
    this.#running = null;
    await edge?.stop();
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const edge = this.#running;
    this.#running = null;
    await edge?.kill();
  }
}

export interface EdgesPartOptions {
  readonly dataDir: string;
  readonly addresses: readonly EdgeAddress[];
  readonly gateways: GatewaysPart;
  readonly tuning: NodeTuning;
  /** Under which address a node reaches a gateway; fault tests put a proxy between. */
  readonly gatewayUrl: (gateway: GatewayAddress) => string;
  readonly logFile: (name: string) => string;
  readonly onExit: (problem: Error) => void;
  readonly onStart: ProcessPlan['onStart'];
}

/** Starts the edge nodes, and enrols those that are not enrolled yet. */
export async function startEdges(options: EdgesPartOptions): Promise<EdgePart[]> {
  const tokens = await gatewayTokens(options);
  const parts = await Promise.all(
    options.addresses.map(async (address, index) => {
      const name = `edge-${index + 1}`;
      return new EdgePart({
        address,
        dataDir: join(options.dataDir, name),
        config: await nodeConfig(options, address, tokens[address.node] ?? {}),
        logFile: options.logFile(name),
        onExit: options.onExit,
        onStart: options.onStart,
      });
    }),
  );
  try {
    await Promise.all(parts.map((part) => part.start()));
    await Promise.all(parts.map((part) => enrolNode(part.address, options.gateways.clients.freshHub)));
    return parts;
  } catch (error) {
    await Promise.all(parts.map((part) => part.stop()));
    throw error;
  }
}

/**
 * Enrols a node that has no key, or whose disk was restored and which therefore needs a new one; returns when it runs. One
 * that runs already is left alone.
 */
export async function enrolNode(address: EdgeAddress, gateway: ApiClient): Promise<void> {
  const edge = new ApiClient(address.url, address.token);
  const deadline = Date.now() + enrolledWithinMs;
  let asked = false;
  for (;;) {
    const { state } = await edge.get(`/sites/${address.node}/status`, stateAnswer);
    if (state === 'running') return;
    if (!asked) {
      const { code } = await gateway.post(
        '/api/enrolment-codes',
        { purpose: 'edge-node', subject: address.node },
        codeAnswer,
      );
      const { proof } = await edge.post(`/sites/${address.node}/enrolment`, { code }, proofAnswer);
      await gateway.post('/api/edge-nodes', { proof }, tokenAnswer);
      asked = true;
    }
    if (Date.now() > deadline) throw new Error(`the edge node ${address.node} is ${state} and does not come to run`);
    await new Promise((done) => setTimeout(done, pollMs));
  }
}

async function nodeConfig(
  { dataDir, gateways, tuning, gatewayUrl }: EdgesPartOptions,
  address: EdgeAddress,
  tokens: Readonly<Record<string, string>>,
): Promise<NodesInput[string]> {
  const keys = await readJsonFile(join(dataDir, 'gateways', 'freshHub', 'keys.json'), organisationKeys);
  if (!keys) throw new Error('the gateway of the edge nodes has no keys');
  return {
    ...tuning,
    mspId: organisations.freshHub.mspId,
    registryKey: keys.registry.x,
    // The growers' gateway knows no token of the nodes: should their own fail, it takes statements by their signatures.
    gateways: gateways.addresses.map((gateway) => {
      const token = tokens[gateway.mspId];
      return { mspId: gateway.mspId, url: gatewayUrl(gateway), ...(token !== undefined && { token }) };
    }),
    apiTokenDigests: [toBase64Url(await sha256(utf8(address.token)))],
  };
}

/** Tokens of each node at the gateway of its own organisation and of one other, made where there are none yet. */
async function gatewayTokens({ dataDir, addresses, gateways }: EdgesPartOptions): Promise<Secrets['gatewayTokens']> {
  const secrets = await readSecrets(dataDir);
  for (const { node } of addresses) {
    for (const name of ['freshHub', 'retail'] as const) {
      const { mspId } = organisations[name];
      const known = secrets.gatewayTokens[node] ?? {};
      if (known[mspId]) continue;
      const { token } = await gateways.clients[name].post('/api/node-tokens', { node }, tokenAnswer);
      secrets.gatewayTokens[node] = { ...known, [mspId]: token };
      await writeJsonFile(secretsFile(dataDir), secrets);
    }
  }
  return secrets.gatewayTokens;
}

async function readSecrets(dataDir: string): Promise<Secrets> {
  const known = await readJsonFile(secretsFile(dataDir), secretsSchema);
  if (known) return known;
  const apiTokens = Object.fromEntries(nodes.map((node) => [node, `he_${randomBytes(24).toString('base64url')}`]));
  const made: Secrets = { apiTokens, gatewayTokens: {} };
  await writeJsonFile(secretsFile(dataDir), made);
  return made;
}

function secretsFile(dataDir: string): string {
  return join(dataDir, 'edge-secrets.json');
}
