import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderLockFile } from '@hopline/protocol/node';
import { z } from 'zod';
import { FabricError } from './fabric-error.ts';
import { DEFAULT_PORT_BASE } from './network-plan.ts';

/** Raised when a network of an older layout can't be continued. */
const LAYOUT = 1;

const networkFile = z.object({
  layout: z.number(),
  /** Part of the channel's configuration: the addresses of orderers and anchor peers. */
  portBase: z.number(),
});

/**
 * Looks into a data folder, which may be empty.
 *
 * @param portBase undefined: the folder's own, or the default for a new one.
 * @returns the port base that the network in it uses, or will use.
 * @throws FabricError `DATA_MISMATCH` where the folder holds something else, another layout, or a network on other ports.
 */
export async function openDataFolder(dataDir: string, portBase: number | undefined): Promise<number> {
  const known = await readNetworkFile(dataDir);
  if (!known) {
    await assertNothingForeign(dataDir);
    return portBase ?? DEFAULT_PORT_BASE;
  }
  if (known.layout !== LAYOUT) {
    throw mismatch(`the network in ${dataDir} has layout ${known.layout}; this program knows ${LAYOUT}`);
  }
  if (portBase !== undefined && portBase !== known.portBase) {
    throw mismatch(`the network in ${dataDir} was made for ports from ${known.portBase}, not ${portBase}`);
  }
  return known.portBase;
}

/** Makes a folder a network's own. Comes before anything else is written, so that a start that was cut short goes on. */
export async function recordNetwork(dataDir: string, portBase: number): Promise<void> {
  await writeWhole(join(dataDir, 'network.json'), JSON.stringify({ layout: LAYOUT, portBase }));
}

/**
 * Empties a data folder, all but the lock. Only a folder that holds a network, or nothing, is emptied.
 *
 * @throws FabricError `DATA_MISMATCH` where it holds something else.
 */
export async function emptyDataFolder(dataDir: string): Promise<void> {
  const entries = await readdir(dataDir);
  if (!entries.includes('network.json')) await assertNothingForeign(dataDir);
  for (const entry of entries) {
    if (!isLock(entry)) await rm(join(dataDir, entry), { recursive: true, force: true });
  }
}

/**
 * True where `recordDeployment` was called with the same strings. It spares a start the questions to every node (seconds
 * on a small machine); whether the network really works is probed in any case.
 */
export async function isDeployed(dataDir: string, deployment: readonly string[]): Promise<boolean> {
  const text = await readFile(join(dataDir, 'deployment.json'), 'utf8').catch(() => '');
  return text === JSON.stringify(deployment);
}

/** Notes that every node is on the channel, and which package each organisation has approved. */
export async function recordDeployment(dataDir: string, deployment: readonly string[]): Promise<void> {
  await writeWhole(join(dataDir, 'deployment.json'), JSON.stringify(deployment));
}

/** The file appears complete or not at all. */
async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

async function readNetworkFile(dataDir: string): Promise<z.infer<typeof networkFile> | undefined> {
  let text: string;
  try {
    text = await readFile(join(dataDir, 'network.json'), 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
  try {
    return networkFile.parse(JSON.parse(text));
  } catch {
    throw mismatch(`${join(dataDir, 'network.json')} is not readable`);
  }
}

async function assertNothingForeign(dataDir: string): Promise<void> {
  const entries = (await readdir(dataDir)).filter((entry) => !isLock(entry) && entry !== 'network.json.new');
  if (entries.length === 0) return;
  throw new FabricError(
    'DATA_MISMATCH',
    `${dataDir} holds something other than a Fabric network; choose another folder`,
  );
}

function isLock(entry: string): boolean {
  return entry.startsWith(folderLockFile);
}

function mismatch(problem: string): FabricError {
  return new FabricError('DATA_MISMATCH', `${problem}. Start over with --fresh, or use another folder (--data).`);
}
