import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { type LocalEdge, type NodesInput, startLocalEdge } from '../local/index.ts';
import { secretDigest } from './keys.ts';
import type { TestDevice } from './test-device.ts';
import { TestPeer } from './test-peer.ts';

/** What the tests read of `GET …/status`, as it is on the wire. */
export interface StatusAnswer {
  readonly state: 'not-enrolled' | 'running' | 'diverged';
  readonly kid: string | null;
  readonly head: { readonly sequence: number; readonly digest: string } | null;
  readonly anchored: number | null;
  readonly covered: number | null;
  readonly openReadings: number;
  readonly outboxBatches: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly upload: {
    readonly lastBy: string | null;
    readonly ownFailures: number;
    readonly retryMs: number | null;
    readonly refused: { readonly by: string; readonly status: number; readonly problem: string | null } | null;
  };
  readonly registry: { readonly version: number; readonly revision: number } | null;
}

export const testNode = '9501101530003/0';
export const apiToken = 'operator-token-of-the-tests-0123456789';
const waitMs = 15_000;

/** One local edge with one node and the peer that it talks to, in a folder of its own. */
export class TestEdge {
  readonly peer: TestPeer;
  readonly dataDir: string;
  /** Of the node’s configuration; a change counts from the next `up`. */
  overrides: Readonly<Record<string, unknown>>;
  #edge: LocalEdge | null = null;
  readonly #clients: MqttClient[] = [];

  private constructor(peer: TestPeer, dataDir: string, overrides: Readonly<Record<string, unknown>>) {
    this.peer = peer;
    this.dataDir = dataDir;
    this.overrides = overrides;
  }

  /** Starts peer and edge and enrols the node. */
  static async start(overrides: Readonly<Record<string, unknown>> = {}, devices: readonly TestDevice[] = []) {
    const peer = await TestPeer.start(testNode);
    peer.devices = devices.map((device) => device.entry);
    const edge = new TestEdge(peer, await mkdtemp(join(tmpdir(), 'hopline-edge-')), overrides);
    await edge.up();
    await edge.enrol();
    await edge.until('the node runs', async () => (await edge.status()).registry !== null);
    return edge;
  }

  async up(): Promise<void> {
    const node = {
      ...this.peer.config('gateway-token-of-the-tests-0123456789'),
      apiTokenDigests: [await secretDigest(apiToken)],
      registryRefreshMs: 200,
      ...this.overrides,
    };
    const log = process.env.HOPLINE_LOG ? (line: string) => console.log(line) : undefined;
    const nodes = { [testNode]: node } as NodesInput;
    this.#edge = await startLocalEdge({ dataDir: this.dataDir, port: 0, nodes, ...(log && { log }) });
  }

  async enrol(): Promise<void> {
    const { proof } = await this.post<{ proof: string }>('/enrolment', { code: 'one-time-code' });
    await this.peer.enrol(proof);
  }

  get edge(): LocalEdge {
    if (!this.#edge) throw new Error('the edge is down');
    return this.#edge;
  }

  async kill(): Promise<void> {
    await this.edge.kill();
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.end(true);
    await this.#edge?.stop();
    await this.peer.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  get<T>(path: string): Promise<T> {
    return this.request('GET', path);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.request('POST', path, body);
  }

  /** Seals as soon as the node may: one that has just started compares with the ledger first. */
  seal(): Promise<void> {
    return this.until('it seals', () =>
      this.post('/seal').then(
        () => true,
        () => false,
      ),
    );
  }

  status(): Promise<StatusAnswer> {
    return this.get('/status');
  }

  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.edge.url}/sites/${testNode}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  get mqttUrl(): string {
    return `${this.edge.url.replace('http', 'ws')}/sites/${testNode}/mqtt`;
  }

  async connect(device: TestDevice, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await mqtt.connectAsync(this.mqttUrl, {
      protocolVersion: 5,
      clientId: device.urn,
      username: device.urn,
      password: device.password,
      reconnectPeriod: 0,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** Waits until something holds, which it must within a time far beyond any that is usual. */
  async until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    for (const end = Date.now() + waitMs; Date.now() < end; ) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`waited in vain until ${what}: ${JSON.stringify(await this.status().catch(String))}`);
  }
}
