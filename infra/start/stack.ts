import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { folderLockFile } from '@hopline/protocol/node';
import { z } from 'zod';
import type { ConnectionProfile } from '../connection-profile.ts';
import { stopFabric } from '../fabric/start-fabric.ts';
import { type OrganisationName, organisations, products, sites } from '../story/network.ts';
import { type EdgeAddress, type EdgePart, edgeAddresses, type NodeTuning, startEdges } from './edges-part.ts';
import { type ApiClient, ignored } from './gateway-client.ts';
import { type GatewayAddress, type GatewaysPart, startGateways } from './gateways-part.ts';
import { type LedgerKind, type LedgerPart, ledgerPorts, startDevPart, startFabricPart } from './ledger-part.ts';
import { planPorts, requireFreePorts } from './port-plan.ts';
import { ProcessBook, processBookFile } from './process-book.ts';
import { readJsonFile, writeJsonFile } from './secrets-file.ts';

export interface StackOptions {
  readonly dataDir: string;
  readonly ledger: LedgerKind;
  readonly portBase: number;
  /** Removes the data of earlier starts first. */
  readonly fresh?: boolean;
  readonly tuning?: NodeTuning;
  /** A process for each organisation's gateway; default: one for all. */
  readonly separateGateways?: boolean;
  readonly gatewayUrl?: (gateway: GatewayAddress) => string;
  readonly onProgress?: (line: string) => void;
  /** A part of the system ended by itself. Default: the error is thrown as uncaught. */
  readonly onFailure?: (problem: Error) => void;
  readonly signal?: AbortSignal;
}

/** The running system: ledger, chaincode, gateways and edge nodes, with what opens them. */
export interface Stack {
  readonly dataDir: string;
  readonly profile: ConnectionProfile;
  readonly profileFile: string;
  readonly stateFile: string;
  readonly journalFile: string;
  readonly ledger: LedgerPart;
  readonly gateways: GatewaysPart;
  readonly edges: readonly EdgePart[];
  readonly clients: Readonly<Record<OrganisationName, ApiClient>>;
  /** Ends everything in order; data stays. */
  stop(): Promise<void>;
}

/** Names the ledger whose data the folder holds; what marks a folder as Hopline's. */
const stackFile = 'stack.json';
const root = resolve(import.meta.dirname, '../..');
const stackFileSchema = z.object({ ledger: z.enum(['dev', 'fabric']) });
const registeredSchema = z.object({ records: z.array(z.string()) });

/**
 * Starts everything but the fleet, or goes on from the data of an earlier start. What it has started is stopped again
 * where a step fails. Throws an Error that says what to do: a port in use, data of another ledger, a part's last words.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { onProgress = () => {}, onFailure = throwUncaught } = options;
  const dataDir = resolve(options.dataDir);
  const logs = join(dataDir, 'logs');
  await mkdir(dataDir, { recursive: true });
  await requireOwnFolder(dataDir);
  const book = await ProcessBook.open(dataDir);
  const ports = planPorts(options.portBase);
  const running: { stop(): Promise<void> }[] = [book];
  const stop = async () => {
    for (const part of running.splice(0).reverse()) await part.stop();
  };
  const shared = {
    root,
    ports,
    logFile: (name: string) => join(logs, `${name}.log`),
    onExit: onFailure,
    onStart: (name: string, pid: number | undefined) => book.record(name, pid),
  };
  try {
    if (options.fresh && options.ledger === 'fabric') await stopFabric(join(dataDir, 'ledger'));
    if (options.fresh) await removeContents(dataDir);
    await mkdir(logs, { recursive: true });
    await claimFolder(dataDir, options.ledger);
    await requireFreePorts(ports, ledgerPorts[options.ledger]);
    const startLedger = options.ledger === 'dev' ? startDevPart : startFabricPart;
    const ledger = await startLedger({
      ...shared,
      dataDir: join(dataDir, 'ledger'),
      onProgress,
      signal: options.signal,
    });
    running.push(ledger);
    onProgress(`${options.ledger === 'dev' ? 'dev ledger' : 'Fabric network'} with three organisations`);
    options.signal?.throwIfAborted();

    const addresses = await edgeAddresses(dataDir, ports);
    const gateways = await startGateways({
      ...shared,
      dataDir: join(dataDir, 'gateways'),
      profile: ledger.profile,
      edges: Object.fromEntries(addresses.map(({ node, url, token }) => [node, { url, token }])),
      separate: options.separateGateways ?? false,
    });
    running.push(gateways);
    onProgress('gateways of the three organisations');
    options.signal?.throwIfAborted();

    await registerStory(gateways, join(dataDir, 'registered.json'));
    onProgress('places and products registered');
    const edges = await startEdges({
      ...shared,
      dataDir,
      addresses,
      gateways,
      tuning: options.tuning ?? {},
      gatewayUrl: options.gatewayUrl ?? (({ url }) => url),
    });
    running.push(...edges);
    onProgress(`${edges.length} edge nodes`);

    const stateFile = join(dataDir, 'hopline.json');
    const journalFile = join(dataDir, 'fleet', 'journal.jsonl');
    await writeJsonFile(stateFile, describe(ledger, gateways, addresses, journalFile));
    return {
      dataDir,
      profile: ledger.profile,
      profileFile: ledger.profileFile,
      stateFile,
      journalFile,
      ledger,
      gateways,
      edges,
      clients: gateways.clients,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The state file: what other commands (`enrol`, `fsck`, `bench`) need to find and open the running system. */
function describe(ledger: LedgerPart, gateways: GatewaysPart, edges: readonly EdgeAddress[], journal: string) {
  return { ledger: ledger.profile.ledger, profile: ledger.profileFile, journal, gateways: gateways.addresses, edges };
}

/** Neither starts over in a folder of somebody's own things nor puts a system between them. */
async function requireOwnFolder(dataDir: string): Promise<void> {
  const names = await readdir(dataDir);
  if (names.length > 0 && ![stackFile, processBookFile, folderLockFile].some((name) => names.includes(name))) {
    throw new Error(
      `${dataDir} holds other things than Hopline's data. Name an empty folder, or a new one, with --data`,
    );
  }
}

/** Starting over: everything goes but the note of who is at work here. */
async function removeContents(dataDir: string): Promise<void> {
  const names = await readdir(dataDir);
  await Promise.all(
    names
      .filter((name) => name !== processBookFile && !name.startsWith(folderLockFile))
      .map((name) => rm(join(dataDir, name), { recursive: true, force: true })),
  );
}

/** A data folder belongs to one kind of ledger: going on with another would mix two histories. */
async function claimFolder(dataDir: string, ledger: LedgerKind): Promise<void> {
  const file = join(dataDir, stackFile);
  const claimed = await readJsonFile(file, stackFileSchema);
  if (claimed && claimed.ledger !== ledger) {
    throw new Error(
      `${dataDir} holds data of the ${claimed.ledger} ledger. Use --fresh to start over, or --data for another folder`,
    );
  }
  if (!claimed) await writeJsonFile(file, { ledger });
}

/** Registers the story's places and products once; what is noted in the file is on the ledger already. */
async function registerStory({ clients }: GatewaysPart, file: string): Promise<void> {
  const done = new Set((await readJsonFile(file, registeredSchema))?.records ?? []);
  const clientOf = (mspId: string) => {
    const name = (Object.keys(organisations) as OrganisationName[]).find((each) => organisations[each].mspId === mspId);
    if (!name) throw new Error(`no organisation ${mspId} in the story`);
    return clients[name];
  };
  const wanted = [
    ...sites.map(({ gln, mspId, ...site }) => ({ path: `/api/sites/${gln}`, mspId, body: site })),
    ...Object.values(products).map(({ gtin, mspId, ...product }) => ({
      path: `/api/products/${gtin}`,
      mspId,
      body: product,
    })),
  ].filter(({ path }) => !done.has(path));
  await Promise.all(
    wanted.map(async ({ path, mspId, body }) => {
      await clientOf(mspId).put(path, body, ignored);
      done.add(path);
    }),
  );
  if (wanted.length > 0) await writeJsonFile(file, { records: [...done] });
}

function throwUncaught(problem: Error): void {
  queueMicrotask(() => {
    throw problem;
  });
}
