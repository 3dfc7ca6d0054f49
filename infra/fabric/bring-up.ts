import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ConnectionProfile, writeConnectionProfile } from '../connection-profile.ts';
import { type ChaincodePackage, packageChaincode } from './chaincode-package.ts';
import { joinOrderer, joinPeer, makeCrypto, makeGenesisBlock } from './channel.ts';
import { isDeployed, recordDeployment, recordNetwork } from './data-folder.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import { FabricError } from './fabric-error.ts';
import { fabricProfile } from './fabric-profile.ts';
import { Lifecycle } from './lifecycle.ts';
import type { NetworkPlan, OrganisationPlan } from './network-plan.ts';
import type { ProcessFolder, ProcessPlan, ProcessRecord } from './node-process.ts';
import { PeerCommands } from './peer-commands.ts';
import { assertPortsFree } from './ports.ts';
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
import type { Environment } from './run-command.ts';

/** How often a start looks again for processes that have ended meanwhile. */
const MAX_ROUNDS = 3;

/** The package of each organisation: they differ in the address of the chaincode. */
type Packages = Map<OrganisationPlan, ChaincodePackage>;

/** What a start works with. */
export interface Work {
  readonly plan: NetworkPlan;
  readonly binaries: FabricBinaries;
  /** What every program gets of our own environment. */
  readonly env: Environment;
  readonly processes: ProcessFolder;
  /** Collects what was started, for the case that a later step fails. */
  readonly started: ProcessRecord[];
  readonly chaincodeCommand: (start: ChaincodeStart) => ChaincodeCommand;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Takes every step from what there is to a network that endorses. Each step finds out whether it has been done.
 *
 * @throws FabricError
 */
export async function bringUp(work: Work): Promise<ConnectionProfile> {
  const { plan, processes, onProgress, signal } = work;
  const packages: Packages = new Map(plan.organisations.map((one) => [one, packageFor(plan, one)]));
  const nodes = planNodes(work);
  const wanted = [...nodes.map((node) => node.process), ...planChaincodes(work, packages)];
  const deployment = [...packages].map(([{ mspId }, { id }]) => `${mspId} ${id}`).sort();
  const profile = fabricProfile(plan);
  await untilNothingDies(async () => {
    await runProcesses(work, nodes, wanted);
    if (!(await isDeployed(plan.dataDir, deployment))) {
      await joinAndDeploy(work, packages);
      await recordDeployment(plan.dataDir, deployment);
    }
    await waitUntilEndorsing(profile, signal, () => processes.assertRunning(wanted));
  });
  await writeConnectionProfile(plan.profileFile, profile);
  onProgress(`every organisation endorses; connection profile in ${plan.profileFile}`);
  return profile;
}

/** A process that has been killed still counts as running while the system clears it away; so look again. */
async function untilNothingDies(steps: () => Promise<void>): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      return await steps();
    } catch (failure) {
      const died = failure instanceof FabricError && failure.code === 'PROCESS_EXITED';
      if (!died || round === MAX_ROUNDS) throw failure;
    }
  }
}

/** Makes exactly the planned processes run, with their present configuration. */
async function runProcesses(work: Work, nodes: readonly NodePlan[], wanted: readonly ProcessPlan[]): Promise<void> {
  const { plan, binaries, env, processes, started, onProgress, signal } = work;
  const { stop, keep, start } = compareProcesses(await processes.running(), wanted);
  await processes.stop(stop);
  await assertPortsFree(start.flatMap(({ ports }) => ports));
  await recordNetwork(plan.dataDir, plan.portBase);
  if (await makeCrypto(plan, binaries, env)) onProgress('keys and certificates made');
  if (await makeGenesisBlock(plan, binaries, env)) onProgress(`channel ${plan.channel} defined`);
  await Promise.all(nodes.map(writeConfiguration));
  await startProcesses(processes, start, started, signal);
  await Promise.all(keep.map(({ plan, record }) => processes.waitUntilServing(plan, record, signal)));
  if (keep.length > 0) onProgress(`${keep.length} of ${wanted.length} processes run already`);
  if (start.length > 0) onProgress(`started ${start.map(({ name }) => name).join(', ')}`);
}

function packageFor(plan: NetworkPlan, { chaincodeAddress }: OrganisationPlan): ChaincodePackage {
  return packageChaincode(plan.chaincode, chaincodeAddress);
}

function planNodes({ plan, binaries }: Work): NodePlan[] {
  return [
    ...plan.orderers.map((orderer) => ordererNode(plan, orderer, binaries)),
    ...plan.organisations.map((organisation) => peerNode(organisation, binaries)),
  ];
}

function planChaincodes({ chaincodeCommand }: Work, packages: Packages): ProcessPlan[] {
  return [...packages]
    .filter(([organisation]) => !organisation.chaincodeIsExternal)
    .map(([organisation, { id }]) => chaincodeProcess(organisation, id, chaincodeCommand));
}

async function writeConfiguration({ configFile, process }: NodePlan): Promise<void> {
  await mkdir(dirname(configFile), { recursive: true });
  await writeFile(configFile, process.configuration);
}

/** Each step finds out by itself whether it has been done, so that this can be repeated after a crash. */
async function joinAndDeploy(work: Work, packages: Packages): Promise<void> {
  const { plan, binaries, env, onProgress, signal } = work;
  await Promise.all(plan.orderers.map((orderer) => joinOrderer(plan, orderer, binaries, env)));
  const commands = new PeerCommands(binaries, env);
  await Promise.all(plan.organisations.map((organisation) => joinPeer(plan, organisation, commands)));
  onProgress(`${plan.orderers.length} orderers and ${plan.organisations.length} peers are on channel ${plan.channel}`);
  await deploy(new Lifecycle(plan, commands, signal), packages);
  onProgress(`chaincode ${plan.chaincode} approved by every organisation and committed`);
}

async function deploy(lifecycle: Lifecycle, packages: Packages): Promise<void> {
  await Promise.all(
    [...packages].map(async ([organisation, chaincode]) => {
      await lifecycle.install(organisation, chaincode);
      await lifecycle.approve(organisation, chaincode.id);
    }),
  );
  await lifecycle.commit();
}
