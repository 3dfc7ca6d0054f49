import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type ConnectionProfile, writeConnectionProfile } from '../connection-profile.ts';
import { type ChaincodePackage, packageChaincode } from './chaincode-package.ts';
import { joinOrderer, joinPeer, makeCrypto, makeGenesisBlock } from './channel.ts';
import { emptyDataFolder, isDeployed, openDataFolder, recordDeployment } from './data-folder.ts';
import { withDataLock } from './data-lock.ts';
import { findFabricBinaries } from './fabric-binaries.ts';
import { fabricProfile } from './fabric-profile.ts';
import { Lifecycle } from './lifecycle.ts';
import { type NetworkPlan, type OrganisationPlan, planNetwork } from './network-plan.ts';
import { ProcessFolder, type ProcessRecord } from './node-process.ts';
import { PeerCommands } from './peer-commands.ts';
import { waitUntilEndorsing } from './probe.ts';
import {
  type ChaincodeCommand,
  type ChaincodeStart,
  chaincodeProcess,
  type NodePlan,
  ordererNode,
  peerNode,
} from './process-plans.ts';
import { compareProcesses, startProcesses } from './reconcile-processes.ts';
import { inheritedEnvironment } from './run-command.ts';

export interface FabricOptions {
  /** Folder for keys, ledgers, logs and the connection profile. */
  readonly dataDir: string;
  /** Value of `FABRIC_BIN`. */
  readonly fabricBin: string | undefined;
  /** Stop what runs in the folder and delete its data first. */
  readonly fresh?: boolean;
  /** First of `PORT_COUNT` consecutive ports; a folder keeps the one it was begun with. */
  readonly portBase?: number;
  /** `host:port` by MSP id of chaincodes that somebody else runs. The others are started here. */
  readonly chaincode?: Readonly<Record<string, string>>;
  /** How to start a chaincode; by default Hopline's own. */
  readonly chaincodeCommand?: (start: ChaincodeStart) => ChaincodeCommand;
  /** Gets a line for each step that is done. */
  readonly onProgress?: (line: string) => void;
  /** Gives up, and stops what this call has started. */
  readonly signal?: AbortSignal;
}

export interface FabricNetwork {
  readonly profile: ConnectionProfile;
  /** Where the profile was written. */
  readonly profileFile: string;
  /** Stops every process of the network; its data stays. */
  stop(): Promise<void>;
}

/**
 * Brings a network up: a new one, or the one in the data folder, of which only what doesn't run is started. When this
 * returns, a transaction through any organisation's peer is endorsed by all of them. The processes outlive this one.
 * Where it fails, what this call has started is stopped again.
 *
 * @throws FabricError
 */
export async function startFabric(options: FabricOptions): Promise<FabricNetwork> {
  const dataDir = resolve(options.dataDir);
  const binaries = await findFabricBinaries(options.fabricBin);
  return withDataLock(dataDir, async () => {
    const env = inheritedEnvironment(process.env);
    const processes = new ProcessFolder(dataDir, env);
    if (options.fresh) {
      await processes.stop(await processes.running());
      await emptyDataFolder(dataDir);
    }
    const portBase = await openDataFolder(dataDir, options.portBase);
    const plan = planNetwork({ dataDir, portBase, chaincode: options.chaincode });
    const { onProgress = () => {} } = options;
    const started: ProcessRecord[] = [];
    const giveUp = new AbortController();
    const signal = AbortSignal.any([giveUp.signal, ...(options.signal ? [options.signal] : [])]);
    try {
      const profile = await bringUp({ plan, binaries, env, processes, started, options, onProgress, signal });
      return { profile, profileFile: plan.profileFile, stop: async () => void (await stopFabric(dataDir)) };
    } catch (failure) {
      // What runs beside the step that failed must not go on trying.
      giveUp.abort();
      await processes.stop(started);
      throw failure;
    }
  });
}

/**
 * Stops every process of the network in a data folder, whoever started it.
 *
 * @returns the names of those that ran.
 */
export async function stopFabric(dataDir: string): Promise<string[]> {
  const folder = resolve(dataDir);
  if (!existsSync(folder)) return [];
  return withDataLock(folder, async () => {
    const processes = new ProcessFolder(folder, {});
    const running = await processes.running();
    await processes.stop(running);
    return running.map(({ name }) => name);
  });
}

interface Work {
  readonly plan: NetworkPlan;
  readonly binaries: Awaited<ReturnType<typeof findFabricBinaries>>;
  readonly env: Record<string, string>;
  readonly processes: ProcessFolder;
  /** Collects what was started, for the case that a later step fails. */
  readonly started: ProcessRecord[];
  readonly options: FabricOptions;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

async function bringUp(work: Work): Promise<ConnectionProfile> {
  const { plan, binaries, env, onProgress, signal } = work;
  const packages = new Map(
    plan.organisations.map((organisation) => [
      organisation,
      packageChaincode(plan.chaincode, organisation.chaincodeAddress),
    ]),
  );
  if (await makeCrypto(plan, binaries, env)) onProgress('keys and certificates made');
  if (await makeGenesisBlock(plan, binaries, env)) onProgress(`channel ${plan.channel} defined`);
  await runProcesses(work, packages);
  const deployment = [...packages].map(([{ mspId }, { id }]) => `${mspId} ${id}`).sort();
  if (!(await isDeployed(plan.dataDir, deployment))) {
    await joinAndDeploy(work, packages);
    await recordDeployment(plan.dataDir, deployment);
  }
  const profile = fabricProfile(plan);
  await waitUntilEndorsing(profile, signal);
  await writeConnectionProfile(plan.profileFile, profile);
  onProgress(`every organisation endorses; connection profile in ${plan.profileFile}`);
  return profile;
}

/** Makes exactly the planned processes run, with their present configuration. */
async function runProcesses(work: Work, packages: Map<OrganisationPlan, ChaincodePackage>): Promise<void> {
  const { plan, binaries, processes, started, onProgress, signal } = work;
  const nodes = [
    ...plan.orderers.map((orderer) => ordererNode(plan, orderer, binaries)),
    ...plan.organisations.map((organisation) => peerNode(organisation, binaries)),
  ];
  const commandFor = work.options.chaincodeCommand ?? hoplineChaincode;
  const chaincodes = [...packages]
    .filter(([organisation]) => !organisation.chaincodeIsExternal)
    .map(([organisation, { id }]) => chaincodeProcess(organisation, id, commandFor));
  const wanted = [...nodes.map((node) => node.process), ...chaincodes];

  const { stop, keep, start } = compareProcesses(await processes.running(), wanted);
  await processes.stop(stop);
  await Promise.all(nodes.map(writeConfiguration));
  await startProcesses(processes, start, started, signal);
  if (keep.length > 0) onProgress(`${keep.length} of ${wanted.length} processes run already`);
  if (start.length > 0) onProgress(`started ${start.map(({ name }) => name).join(', ')}`);
}

async function writeConfiguration({ configFile, process }: NodePlan): Promise<void> {
  await mkdir(dirname(configFile), { recursive: true });
  await writeFile(configFile, process.configuration);
}

/** Each step finds out by itself whether it has been done, so that this can be repeated after a crash. */
async function joinAndDeploy(work: Work, packages: Map<OrganisationPlan, ChaincodePackage>): Promise<void> {
  const { plan, binaries, env, onProgress, signal } = work;
  await Promise.all(plan.orderers.map((orderer) => joinOrderer(plan, orderer, binaries, env)));
  const commands = new PeerCommands(binaries, env);
  await Promise.all(plan.organisations.map((organisation) => joinPeer(plan, organisation, commands)));
  onProgress(`${plan.orderers.length} orderers and ${plan.organisations.length} peers are on channel ${plan.channel}`);
  await deploy(new Lifecycle(plan, commands, signal), packages);
  onProgress(`chaincode ${plan.chaincode} approved by every organisation and committed`);
}

async function deploy(lifecycle: Lifecycle, packages: Map<OrganisationPlan, ChaincodePackage>): Promise<void> {
  await Promise.all(
    [...packages].map(async ([organisation, chaincode]) => {
      await lifecycle.install(organisation, chaincode);
      await lifecycle.approve(organisation, chaincode.id);
    }),
  );
  await lifecycle.commit();
}

function hoplineChaincode(): ChaincodeCommand {
  const root = resolve(import.meta.dirname, '../..');
  return { command: process.execPath, args: ['chaincode/src/main.ts'], cwd: root };
}
