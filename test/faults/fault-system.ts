import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBase64Url } from '@hopline/protocol';
import { expect } from 'vitest';
import { z } from 'zod';
import type { EdgePart } from '../../infra/start/edges-part.ts';
import { ApiClient } from '../../infra/start/gateway-client.ts';
import type { ManagedProcess } from '../../infra/start/managed-process.ts';
import { findPortBase, planPorts } from '../../infra/start/port-plan.ts';
import { type Stack, type StackOptions, startStack } from '../../infra/start/stack.ts';
import { type OrganisationName, organisations } from '../../infra/story/network.ts';
import { createRandom, type Journal, openJournal, type Random } from '../../sensor-sim/src/index.ts';
import { testSeed } from '../../sensor-sim/test-support/test-seed.ts';
import type { FsckReport } from '../fsck/check.ts';
import { checkLedger } from '../fsck/check-ledger.ts';
import { readLedger } from '../fsck/read-ledger.ts';
import { LedgerClient } from '../ledger-suite/ledger-client.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** Generous: the machine may have two cores and other work. Nothing is judged by the time it takes. */
const withinMs = 90_000;
const pollMs = 50;
const fsckWaitSeconds = 60;
/** For a case with all its kills and starts, and for the start of a system. */
export const caseTimeoutMs = 300_000;

const statusSchema = z.object({
  state: z.enum(['not-enrolled', 'running', 'diverged']),
  kid: z.string().nullable(),
  head: z.object({ sequence: z.number(), digest: z.string() }).nullable(),
  anchored: z.number().nullable(),
  openReadings: z.number(),
  outboxBatches: z.number(),
  counts: z.object({ accepted: z.number(), duplicates: z.number(), quarantined: z.number(), refused: z.number() }),
  upload: z.object({ lastBy: z.string().nullable(), ownFailures: z.number() }),
  devicesConnected: z.number(),
});
export type EdgeStatus = z.infer<typeof statusSchema>;

const batchesSchema = z.object({
  batches: z.array(
    z.object({
      sequence: z.number(),
      size: z.number(),
      digest: z.string(),
      transactionId: z.string().nullable(),
      block: z.number().nullable(),
    }),
  ),
});
export type EdgeBatchView = z.infer<typeof batchesSchema>['batches'][number];

const bytes = z.string().transform(fromBase64Url);
const batchSchema = z.object({ statement: bytes, summary: bytes });
const quarantineSchema = z.object({
  items: z.array(z.object({ reason: z.string(), device: z.string(), message: z.string() })),
  total: z.number(),
});
const headSchema = z.object({ sequence: z.number(), digest: z.string() }).nullable();
const secretsSchema = z.object({ gatewayTokens: z.record(z.string(), z.record(z.string(), z.string())) });

/** The whole system with its parts as processes, and between edge nodes and gateways a proxy for each gateway. */
export class FaultSystem {
  readonly stack: Stack;
  readonly proxies: Readonly<Record<OrganisationName, FaultProxy>>;
  readonly journal: Journal;
  readonly ledger: LedgerClient;
  /** What the random choices of a run are made from. */
  readonly random: Random;
  readonly #failures: Error[];

  private constructor(
    parts: Pick<FaultSystem, 'stack' | 'proxies' | 'journal' | 'ledger' | 'random'>,
    failures: Error[],
  ) {
    ({ stack: this.stack, proxies: this.proxies, journal: this.journal } = parts);
    ({ ledger: this.ledger, random: this.random } = parts);
    this.#failures = failures;
  }

  /** Starts everything in a folder of its own, with batches that fill and age quickly. */
  static async start(options: Pick<StackOptions, 'tuning' | 'separateGateways'> = {}): Promise<FaultSystem> {
    const random = createRandom(testSeed(), 'faults');
    const dataDir = await mkdtemp(join(tmpdir(), 'hopline-faults-'));
    const portBase = await findPortBase(Math.random);
    const proxies = await startProxies(planPorts(portBase).gateways);
    const failures: Error[] = [];
    try {
      const stack = await startStack({
        dataDir,
        ledger: 'dev',
        portBase,
        separateGateways: options.separateGateways,
        tuning: {
          sealMaxReadings: 50,
          sealMaxAgeMs: 500,
          registryRefreshMs: 500,
          idleStatementMs: 5000,
          ...options.tuning,
        },
        gatewayUrl: ({ name }) => proxies[name].url,
        onFailure: (problem) => failures.push(problem),
      });
      const journal = openJournal(stack.journalFile);
      const ledger = await LedgerClient.connect(stack.profile, organisations.retail.mspId);
      return new FaultSystem({ stack, proxies, journal, ledger, random }, failures);
    } catch (error) {
      await closeAll(proxies);
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.ledger.close();
    this.journal.close();
    await closeAll(this.proxies);
    await this.stack.stop();
    await rm(this.stack.dataDir, { recursive: true, force: true });
  }

  edge(index: number): EdgePart {
    const edge = this.stack.edges[index];
    if (!edge) throw new Error(`no edge ${index}`);
    return edge;
  }

  get ledgerProcess(): ManagedProcess {
    const found = this.stack.ledger.processes.find(({ plan }) => plan.name === 'dev ledger');
    if (!found) throw new Error('no process of the ledger');
    return found;
  }

  cutGateways(): void {
    for (const proxy of Object.values(this.proxies)) proxy.cut();
  }

  healGateways(): void {
    for (const proxy of Object.values(this.proxies)) proxy.heal();
  }

  api({ address }: EdgePart): ApiClient {
    return new ApiClient(`${address.url}/sites/${address.node}`, address.token);
  }

  status(edge: EdgePart): Promise<EdgeStatus> {
    return this.api(edge).get('/status', statusSchema);
  }

  async batches(edge: EdgePart, from: number): Promise<EdgeBatchView[]> {
    return (await this.api(edge).get(`/batches?from=${from}&limit=1000`, batchesSchema)).batches;
  }

  /** Statement and summary of a batch, as the edge holds them. */
  sealed(edge: EdgePart, sequence: number) {
    return this.api(edge).get(`/batches/${sequence}?limit=1`, batchSchema);
  }

  async quarantine(edge: EdgePart) {
    return (await this.api(edge).get('/quarantine?limit=1000', quarantineSchema)).items;
  }

  /** The sequence of the node's last statement on the ledger, by the ledger itself; −1 before the first. */
  async headOnLedger({ address: { node } }: EdgePart): Promise<number> {
    return headSchema.parse(await this.ledger.evaluate('readings:GetHead', { node }))?.sequence ?? -1;
  }

  /** In which transaction and block each statement of a node is, by the blocks themselves. */
  async anchored({ address: { node } }: EdgePart): Promise<Map<number, { transactionId: string; block: number }>> {
    const { profile } = this.stack;
    const [organisation] = profile.organisations;
    if (!organisation) throw new Error('the ledger has no organisation');
    const { statements } = await checkLedger(
      await readLedger(profile, organisation),
      profile.channel,
      profile.chaincode,
    );
    const entries = (statements.get(node) ?? []).map(({ parsed, transaction, block }) => {
      return [parsed.statement.sequence, { transactionId: transaction, block }] as const;
    });
    return new Map(entries);
  }

  /** The token by which an edge node speaks to a gateway. */
  async nodeToken({ address: { node } }: EdgePart, organisation: OrganisationName): Promise<string> {
    const secrets = JSON.parse(await readFile(join(this.stack.dataDir, 'edge-secrets.json'), 'utf8'));
    const token = secretsSchema.parse(secrets).gatewayTokens[node]?.[organisations[organisation].mspId];
    if (!token) throw new Error(`${node} has no token at ${organisation}`);
    return token;
  }

  async until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!(await isSo())) {
      this.#assertNothingFailed();
      if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
      await sleep(pollMs);
    }
  }

  /** Waits until every edge has all that it accepted on the ledger. */
  async settle(): Promise<void> {
    for (const edge of this.stack.edges) {
      await this.until(`${edge.address.node} has everything on the ledger`, async () => {
        const { state, openReadings, outboxBatches } = await this.status(edge);
        return state === 'running' && openReadings === 0 && outboxBatches === 0;
      });
    }
  }

  /** Waits until all is settled, and has the separate checker look: every acknowledged reading exactly once. */
  async expectNothingLost(): Promise<FsckReport> {
    await this.settle();
    const { code, report, text } = await this.fsck();
    expect(report, text).toMatchObject({ ok: true, missing: 0, duplicated: 0, pending: 0, faults: [] });
    expect(report.anchored + report.quarantined).toBe(report.acknowledged);
    expect(code).toBe(0);
    this.#assertNothingFailed();
    return report;
  }

  async fsck(): Promise<{ code: number | null; report: FsckReport; text: string }> {
    const main = join(import.meta.dirname, '../fsck/main.ts');
    const args = [main, '--state', this.stack.stateFile, '--wait', String(fsckWaitSeconds), '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [text, code] = await Promise.all([
      outputOf(child),
      once(child, 'exit').then(([exit]) => exit as number | null),
    ]);
    const last = text.split('\n').findLast((line) => line.startsWith('{'));
    if (!last) throw new Error(`fsck gave no report:\n${text}`);
    return { code, report: JSON.parse(last) as FsckReport, text };
  }

  #assertNothingFailed(): void {
    if (this.#failures.length > 0) throw new AggregateError(this.#failures, 'a part of the system ended by itself');
  }
}

async function startProxies(ports: readonly number[]): Promise<Record<OrganisationName, FaultProxy>> {
  const [growers, freshHub, retail] = await Promise.all(
    ports.map((port) => startFaultProxy({ host: '127.0.0.1', port })),
  );
  if (!growers || !freshHub || !retail) throw new Error('three gateways were planned');
  return { growers, freshHub, retail };
}

async function closeAll(proxies: Readonly<Record<OrganisationName, FaultProxy>>): Promise<void> {
  await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
}

async function outputOf({ stdout, stderr }: ChildProcess): Promise<string> {
  const parts: string[] = [];
  stdout?.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
  stderr?.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
  await Promise.all([stdout && once(stdout, 'close'), stderr && once(stderr, 'close')]);
  return parts.join('');
}
