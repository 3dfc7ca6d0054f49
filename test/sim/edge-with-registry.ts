import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  type Device,
  decodeLeaf,
  fromBase64Url,
  type Leaf,
  type RegistryCopy,
  sha256,
  signHeadReport,
  signingKeyFromSeed,
  signRegistryCopy,
  toBase64Url,
  utf8,
} from '@hopline/protocol';
import { z } from 'zod';
import { type LocalEdge, startLocalEdge } from '../../edge-worker/local/index.ts';

const channel = 'provenance';
const mspId = 'FreshHubMSP';
const apiToken = 'a token of this test, long enough';
const dayMs = 86_400_000;
const pageSize = 1000;

const countsSchema = z.object({
  published: z.number(),
  accepted: z.number(),
  duplicates: z.number(),
  refused: z.number(),
  quarantined: z.number(),
});
const statusSchema = z.object({
  counts: countsSchema,
  registry: z.object({ version: z.number(), revision: z.number() }).nullable(),
});
const leavesSchema = z.object({ leaves: z.array(z.string()), next: z.number().nullable() });
const quarantineSchema = z.object({
  items: z.array(z.object({ reason: z.string(), device: z.string(), message: z.string() })),
  next: z.number().nullable(),
});

/** A real edge (workerd) whose organisation's side is reduced to what devices need: copies of the registry. */
export interface EdgeWithRegistry {
  /** MQTT address of a node. */
  urlOf(node: string): string;
  /** Makes devices known at the nodes that they are assigned to; returns when each node has taken the copy. */
  register(devices: readonly Device[]): Promise<(device: string) => string>;
  counts(node: string): Promise<z.infer<typeof countsSchema>>;
  /** Everything stored of readings, none of which is anchored here: accepted leaves, and quarantined messages. */
  leaves(node: string): Promise<Leaf[]>;
  quarantine(node: string): Promise<z.infer<typeof quarantineSchema>['items']>;
  /** `kill -9` and a new process on the same disk and port. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an edge with these nodes and its data in `folder`. Statements find no ledger: nothing leaves the edge. */
export async function startEdgeWithRegistry(nodes: readonly string[], folder: string): Promise<EdgeWithRegistry> {
  const keys = {
    registry: (await signingKeyFromSeed(new Uint8Array(32).fill(1))).key,
    gateway: (await signingKeyFromSeed(new Uint8Array(32).fill(2))).key,
  };
  const devices = new Map<string, Device>();
  let revision = 0;

  const copyFor = async (node: string): Promise<RegistryCopy> => ({
    format: 1,
    node,
    version: 1,
    revision,
    issuedMs: Date.now(),
    expiresMs: Date.now() + dayMs,
    devices: await Promise.all(
      [...devices.values()]
        .filter(({ assignments }) => assignments.some((assignment) => assignment.node === node))
        .map(async (device) => ({
          ...device,
          credential: {
            passwordDigest: toBase64Url(await sha256(utf8(passwordOf(device.device)))),
            expiresMs: Date.now() + dayMs,
          },
        })),
    ),
    revocations: [],
    gatewayKeys: [{ mspId, publicKey: toBase64Url(keys.gateway.publicKey) }],
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const match = /^\/edge\/v1\/nodes\/(\d{13}\/\d+)\/(registry|head)$/.exec(request.url ?? '');
    const [, node, what] = match ?? [];
    if (!node) {
      request.resume();
      response.writeHead(503, { 'retry-after': '1' }).end();
      return;
    }
    const etag = `"1.${revision}"`;
    if (what === 'registry' && request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    const bytes =
      what === 'registry'
        ? await signRegistryCopy(keys.registry, channel, mspId, await copyFor(node))
        : await signHeadReport(keys.gateway, channel, mspId, { node, head: null, height: 1, reportedAtMs: Date.now() });
    response.writeHead(200, { 'content-type': 'application/cose', etag }).end(bytes);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokenDigest = toBase64Url(await sha256(utf8(apiToken)));
  const nodeConfig = {
    mspId,
    registryKey: toBase64Url(keys.registry.publicKey),
    gateways: [{ mspId, url: gatewayUrl, token: 'the token of this edge node' }],
    apiTokenDigests: [tokenDigest],
    registryRefreshMs: 100,
    sealMaxReadings: 100_000,
    sealMaxAgeMs: dayMs,
    idleStatementMs: dayMs,
  };
  const start = (port: number) =>
    startLocalEdge({
      dataDir: join(folder, 'edge'),
      port,
      nodes: Object.fromEntries(nodes.map((node) => [node, nodeConfig])),
    });
  let edge: LocalEdge = await start(0);
  const get = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const response = await fetch(`${edge.url}/sites/${path}`, { headers: { authorization: `Bearer ${apiToken}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return schema.parse(await response.json());
  };
  const enrol = async (node: string) => {
    const response = await fetch(`${edge.url}/sites/${node}/enrolment`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'once' }),
    });
    if (!response.ok) throw new Error(`${node} was not enrolled: ${await response.text()}`);
  };
  await Promise.all(nodes.map(enrol));

  return {
    urlOf: (node) => `${edge.url.replace('http', 'ws')}/sites/${node}/mqtt`,
    async register(more) {
      for (const device of more) devices.set(device.device, device);
      revision++;
      for (const node of nodes) {
        while ((await get(`${node}/status`, statusSchema)).registry?.revision !== revision) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      return passwordOf;
    },
    counts: async (node) => (await get(`${node}/status`, statusSchema)).counts,
    async leaves(node) {
      const leaves: Leaf[] = [];
      for (let after: number | null = 0; after !== null; ) {
        const page: z.infer<typeof leavesSchema> = await get(
          `${node}/readings/open?after=${after}&limit=${pageSize}`,
          leavesSchema,
        );
        leaves.push(...page.leaves.map((leaf) => decodeLeaf(fromBase64Url(leaf))));
        after = page.next;
      }
      return leaves;
    },
    quarantine: async (node) => (await get(`${node}/quarantine`, quarantineSchema)).items,
    async crash() {
      const { port } = edge;
      await edge.kill();
      edge = await start(port);
    },
    async stop() {
      await edge.stop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passwordOf(device: string): string {
  return `password of ${device}`;
}
