import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FabricError } from './fabric-error.ts';

const TOOLS = ['peer', 'orderer', 'configtxgen', 'cryptogen', 'osnadmin'] as const;
const BUILDER_STEPS = ['detect', 'build', 'release'] as const;

/** Absolute paths of Fabric's own programs. */
export type FabricBinaries = Readonly<Record<(typeof TOOLS)[number], string>> & {
  /** Folder of the external builder for chaincode as a service; its steps are in `bin/`. */
  readonly ccaasBuilder: string;
};

/**
 * Finds the official Fabric 3.1 programs in the folder that `FABRIC_BIN` names. The builder may lie in it
 * (`builders/ccaas`) or beside it, as in the release archive, which unpacks to `bin/`, `builders/` and `config/`.
 *
 * @param folder the value of `FABRIC_BIN`; undefined or empty where it is not set.
 * @throws FabricError `FABRIC_BIN_MISSING`; the message says what is needed, and what is absent.
 */
export async function findFabricBinaries(folder: string | undefined): Promise<FabricBinaries> {
  if (!folder) throw missing('FABRIC_BIN is not set.');
  const root = resolve(folder);
  const tools = TOOLS.map((name) => [name, join(root, name)] as const);
  const absent: string[] = [];
  for (const [name, path] of tools) if (!(await isExecutable(path))) absent.push(name);
  const builders = [join(root, 'builders', 'ccaas'), join(dirname(root), 'builders', 'ccaas')];
  const ccaasBuilder = await firstWhere(builders, isBuilder);
  if (!ccaasBuilder) absent.push('builders/ccaas/bin/{detect,build,release}');
  if (absent.length > 0 || !ccaasBuilder) throw missing(`FABRIC_BIN is ${root}, which lacks: ${absent.join(', ')}.`);
  return { ...(Object.fromEntries(tools) as Record<(typeof TOOLS)[number], string>), ccaasBuilder };
}

async function isBuilder(folder: string): Promise<boolean> {
  const steps = await Promise.all(BUILDER_STEPS.map((step) => isExecutable(join(folder, 'bin', step))));
  return steps.every(Boolean);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function firstWhere(paths: string[], holds: (path: string) => Promise<boolean>): Promise<string | undefined> {
  for (const path of paths) if (await holds(path)) return path;
  return undefined;
}

function missing(problem: string): FabricError {
  return new FabricError(
    'FABRIC_BIN_MISSING',
    `${problem}
A real Fabric network runs from the official Hyperledger Fabric 3.1 programs. Unpack the release archive
(hyperledger-fabric-<system>-3.1.x.tar.gz, from the releases of github.com/hyperledger/fabric) and set FABRIC_BIN to its
bin folder: it must hold ${TOOLS.join(', ')}, and builders/ccaas must be in it or beside it.
Without them, everything runs on the dev ledger.`,
  );
}
