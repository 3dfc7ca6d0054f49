import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { GatewayOptions } from '../../ledger-gateway/src/gateway-options.ts';
import type { ConnectionProfile } from '../connection-profile.ts';
import { type OrganisationName, organisations } from '../story/network.ts';
import { ApiClient } from './gateway-client.ts';
import { ManagedProcess, type ProcessPlan } from './managed-process.ts';
import type { PortPlan } from './port-plan.ts';
import { readJsonFile, writeJsonFile } from './secrets-file.ts';

/** A large trace is done before its objects have to be copied: its processor time falls by a quarter (docs/performance.md). */
const youngGeneration = '--max-semi-space-size=64';

/** A gateway as others reach it, with the key of its first administrator. */
export interface GatewayAddress {
  readonly name: OrganisationName;
  readonly mspId: string;
  readonly url: string;
  readonly adminKeyFile: string;
}

export interface GatewaysPart {
  readonly addresses: readonly GatewayAddress[];
  readonly clients: Readonly<Record<OrganisationName, ApiClient>>;
  readonly processes: readonly ManagedProcess[];
  /** The process that runs an organisation's gateway. */
  processOf(name: OrganisationName): ManagedProcess;
  stop(): Promise<void>;
}

export interface GatewaysPartOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly ports: PortPlan;
  readonly profile: ConnectionProfile;
  readonly edges: Readonly<Record<string, { readonly url: string; readonly token: string }>>;
  /** A process for each gateway, as every organisation has its own; else one for all, which takes less memory. */
  readonly separate: boolean;
  readonly logFile: (name: string) => string;
  readonly onExit: (problem: Error) => void;
  readonly onStart: ProcessPlan['onStart'];
}

const names: readonly OrganisationName[] = ['growers', 'freshHub', 'retail'];
/** Three databases that are made at once take minutes on a small machine with other work. */
const readyWithinMs = 300_000;
const peerKeysSchema = z.record(z.string(), z.string());

/**
 * Starts the gateways of all organisations, nothing shared between them. The keys by which they ask each other for
 * summaries are chosen before the very first start.
 */
export async function startGateways(options: GatewaysPartOptions): Promise<GatewaysPart> {
  const { dataDir, ports, root } = options;
  const configFile = join(dataDir, 'gateways.json');
  const addresses = names.map((name, index) => ({
    name,
    mspId: organisations[name].mspId,
    url: `http://127.0.0.1:${ports.gateways[index]}`,
    adminKeyFile: join(dataDir, name, 'admin.key'),
  }));
  const plan = (name: string, served: readonly GatewayAddress[], more: readonly string[] = []) =>
    new ManagedProcess(
      {
        name,
        command: process.execPath,
        args: [youngGeneration, join(root, 'ledger-gateway/src/main.ts'), '--config', configFile, ...more],
        logFile: options.logFile(name.replaceAll(' ', '-')),
        isReady: async () => (await Promise.all(served.map(({ url }) => isReady(url)))).every(Boolean),
        readyWithinMs,
        onStart: options.onStart,
      },
      options.onExit,
    );
  const processes = options.separate
    ? addresses.map((address) => plan(`gateway of ${address.mspId}`, [address], ['--msp', address.mspId]))
    : [plan('gateways', addresses)];
  const start = () => Promise.all(processes.map((each) => each.start()));
  const stop = async () => {
    await Promise.all(processes.map((each) => each.stop()));
  };
  try {
    await writeJsonFile(configFile, configuration(options, addresses, await peerKeys(dataDir)));
    await start();
    const clients = await connectAll(addresses);
    const processOf = (name: OrganisationName) =>
      processes[options.separate ? names.indexOf(name) : 0] as ManagedProcess;
    return { addresses, clients, processes, processOf, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configuration(
  { dataDir, profile, edges, root, ports }: GatewaysPartOptions,
  addresses: readonly GatewayAddress[],
  keys: Readonly<Record<string, string>>,
): { gateways: GatewayOptions[] } {
  const gateways = addresses.map(({ name, mspId, url }, index): GatewayOptions => {
    const member = profile.organisations.find((organisation) => organisation.mspId === mspId);
    if (!member) throw new Error(`the ledger's connection profile has no organisation ${mspId}`);
    const { name: title, companyPrefixes } = organisations[name];
    return {
      mspId,
      organisation: { name: title, companyPrefixes: [...companyPrefixes] },
      ledger: { channel: profile.channel, chaincode: profile.chaincode, peer: member.peer, identity: member.identity },
      dataFolder: join(dataDir, name),
      databaseTemplates: join(root, 'node_modules/.cache/hopline/databases'),
      port: ports.gateways[index] ?? 0,
      publicUrl: url,
      consoleFolder: join(root, 'console/dist'),
      peers: addresses.flatMap((other) => {
        const key = keys[other.mspId];
        return key && other.mspId !== mspId ? [{ mspId: other.mspId, url: other.url, key }] : [];
      }),
      peerKeyFile: peerKeyFile(dataDir, mspId),
      // Raw readings are the site's own organisation's to show.
      edges: name === 'freshHub' ? { ...edges } : {},
    };
  });
  return { gateways };
}

/** A key of each gateway by which the others may fetch summaries: those of before, or new ones. */
async function peerKeys(dataDir: string): Promise<Record<string, string>> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'peer-keys.json');
  const known = await readJsonFile(file, peerKeysSchema);
  const keys =
    known ??
    Object.fromEntries(
      names.map((name) => [organisations[name].mspId, `hk_${randomBytes(32).toString('base64url')}`] as const),
    );
  for (const [mspId, key] of Object.entries(keys)) {
    await writeFile(peerKeyFile(dataDir, mspId), `${key}\n`, { mode: 0o600 });
  }
  // Last: where it is, the others are.
  if (!known) await writeJsonFile(file, keys);
  return keys;
}

function peerKeyFile(dataDir: string, mspId: string): string {
  return join(dataDir, `peer-${mspId}.key`);
}

async function connectAll(addresses: readonly GatewayAddress[]): Promise<GatewaysPart['clients']> {
  const clients = await Promise.all(
    addresses.map(async ({ name, url, adminKeyFile }) => {
      return [name, new ApiClient(url, (await readFile(adminKeyFile, 'utf8')).trim())] as const;
    }),
  );
  return Object.fromEntries(clients) as Record<OrganisationName, ApiClient>;
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`);
  await response.body?.cancel();
  return response.ok;
}
