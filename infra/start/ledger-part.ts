import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type ConnectionProfile, readConnectionProfile } from '../connection-profile.ts';
import { startFabric } from '../fabric/start-fabric.ts';
import { organisations } from '../story/network.ts';
import { ManagedProcess, type ProcessPlan } from './managed-process.ts';
import type { PortPlan } from './port-plan.ts';

export type LedgerKind = 'dev' | 'fabric';

/** How many ports in a row the ledger takes. */
export const ledgerPorts: Readonly<Record<LedgerKind, number>> = { dev: 3, fabric: 24 };

/** The running ledger. `processes` are those that can be killed and started again one by one; none of a Fabric network. */
export interface LedgerPart {
  readonly profile: ConnectionProfile;
  readonly profileFile: string;
  readonly processes: readonly ManagedProcess[];
  stop(): Promise<void>;
}

export interface LedgerPartOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly ports: PortPlan;
  readonly logFile: (name: string) => string;
  readonly onExit: (problem: Error) => void;
  readonly onStart: ProcessPlan['onStart'];
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const readyWithinMs = 60_000;

/** Starts the dev ledger with a chaincode process an organisation: each runs the contracts itself, as on Fabric. */
export async function startDevPart(options: LedgerPartOptions): Promise<LedgerPart> {
  const { root, dataDir, ports } = options;
  const mspIds = [organisations.growers, organisations.freshHub, organisations.retail].map(({ mspId }) => mspId);
  const chaincodes = mspIds.map(
    (mspId, index) => new ManagedProcess(chaincodePlan(options, mspId, index), options.onExit),
  );
  const profileFile = join(dataDir, 'connection.json');
  const ledger = new ManagedProcess(
    {
      name: 'dev ledger',
      command: process.execPath,
      args: [
        join(root, 'infra/dev-ledger/main.ts'),
        ...['--data', dataDir],
        ...['--port-base', String(ports.ledger)],
        ...['--chaincode', ports.chaincode.map((port) => `127.0.0.1:${port}`).join(',')],
      ],
      logFile: options.logFile('ledger'),
      isReady: async () => existsSync(profileFile) && (await accepts(ports.ledger)),
      readyWithinMs,
      onStart: options.onStart,
    },
    options.onExit,
  );
  const processes = [...chaincodes, ledger];
  try {
    await Promise.all(processes.map((process) => process.start()));
    return {
      profile: await readConnectionProfile(profileFile),
      profileFile,
      processes,
      stop: () => stopInOrder(processes),
    };
  } catch (error) {
    await stopInOrder(processes);
    throw error;
  }
}

/** Brings the Fabric network up; it runs in processes of its own, which `stop` ends. Throws FabricError. */
export async function startFabricPart({ dataDir, ports, onProgress, signal }: LedgerPartOptions): Promise<LedgerPart> {
  const network = await startFabric({
    dataDir,
    fabricBin: process.env.FABRIC_BIN,
    portBase: ports.ledger,
    onProgress,
    ...(signal && { signal }),
  });
  return { profile: network.profile, profileFile: network.profileFile, processes: [], stop: () => network.stop() };
}

function chaincodePlan(
  { root, ports, logFile, onStart }: LedgerPartOptions,
  mspId: string,
  index: number,
): ProcessPlan {
  const port = ports.chaincode[index];
  if (port === undefined) throw new Error(`no port for the chaincode of ${mspId}`);
  return {
    name: `chaincode of ${mspId}`,
    command: process.execPath,
    args: [join(root, 'chaincode/src/main.ts')],
    env: {
      CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${port}`,
      CHAINCODE_ID: `hopline:${mspId}`,
      CORE_CHAINCODE_LOGGING_LEVEL: 'warning',
    },
    logFile: logFile(`chaincode-${mspId}`),
    isReady: () => accepts(port),
    readyWithinMs,
    onStart,
  };
}

async function stopInOrder(processes: readonly ManagedProcess[]): Promise<void> {
  for (const process of processes.toReversed()) await process.stop();
}

/** Whether something listens on a loopback port. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
