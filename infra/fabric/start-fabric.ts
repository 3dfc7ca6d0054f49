import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConnectionProfile } from '../connection-profile.ts';
import { bringUp } from './bring-up.ts';
import { emptyDataFolder, openDataFolder } from './data-folder.ts';
import { withDataLock } from './data-lock.ts';
import { findFabricBinaries } from './fabric-binaries.ts';
import { planNetwork } from './network-plan.ts';
import { ProcessFolder, type ProcessRecord } from './node-process.ts';
import type { ChaincodeCommand, ChaincodeStart } from './process-plans.ts';
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
    const { onProgress = () => {}, chaincodeCommand = hoplineChaincode } = options;
    const started: ProcessRecord[] = [];
    const giveUp = new AbortController();
    const signal = AbortSignal.any([giveUp.signal, ...(options.signal ? [options.signal] : [])]);
    try {
      const work = { plan, binaries, env, processes, started, chaincodeCommand, onProgress, signal };
      const profile = await bringUp(work);
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

function hoplineChaincode(): ChaincodeCommand {
  const root = resolve(import.meta.dirname, '../..');
  return { command: process.execPath, args: ['chaincode/src/main.ts'], cwd: root };
}
