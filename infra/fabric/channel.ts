import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHANNEL_PROFILE, channelConfig } from './channel-config.ts';
import { cryptoConfig } from './crypto-config.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import { FabricError } from './fabric-error.ts';
import { HOST, type NetworkPlan, type OrdererPlan, type OrganisationPlan } from './network-plan.ts';
import { adminOf, type PeerCommands } from './peer-commands.ts';
import { type Environment, runCommand } from './run-command.ts';

/**
 * Makes every key and certificate of the network, once. A crash leaves either none or all of them.
 *
 * @returns false where they exist already.
 */
export async function makeCrypto(plan: NetworkPlan, binaries: FabricBinaries, env: Environment): Promise<boolean> {
  if (await exists(plan.cryptoDir)) return false;
  const partial = `${plan.cryptoDir}.new`;
  await rm(partial, { recursive: true, force: true });
  const input = join(plan.dataDir, 'crypto-config.yaml');
  await writeFile(input, JSON.stringify(cryptoConfig(plan), null, 2));
  const args = ['generate', `--config=${input}`, `--output=${partial}`];
  await runCommand(binaries.cryptogen, args, { env, cwd: plan.dataDir });
  await rename(partial, plan.cryptoDir);
  return true;
}

/** Writes the channel's first block, once. */
export async function makeGenesisBlock(
  plan: NetworkPlan,
  binaries: FabricBinaries,
  env: Environment,
): Promise<boolean> {
  if (await exists(plan.genesisBlock)) return false;
  await mkdir(plan.channelDir, { recursive: true });
  await writeFile(join(plan.channelDir, 'configtx.yaml'), JSON.stringify(channelConfig(plan), null, 2));
  const partial = `${plan.genesisBlock}.new`;
  const what = ['-profile', CHANNEL_PROFILE, '-channelID', plan.channel];
  const where = ['-configPath', plan.channelDir, '-outputBlock', partial];
  await runCommand(binaries.configtxgen, [...what, ...where], { env, cwd: plan.channelDir });
  await rename(partial, plan.genesisBlock);
  return true;
}

/**
 * Makes an orderer a consenter of the channel; does nothing where it is one already.
 *
 * @throws FabricError `COMMAND_FAILED`.
 */
export async function joinOrderer(
  plan: NetworkPlan,
  { name, ports }: OrdererPlan,
  binaries: FabricBinaries,
  env: Environment,
): Promise<void> {
  const { cert, key, rootCert } = plan.ordererAdminTls;
  const tls = [`--ca-file=${rootCert}`, `--client-cert=${cert}`, `--client-key=${key}`];
  const what = [`--channelID=${plan.channel}`, `--config-block=${plan.genesisBlock}`];
  const args = ['channel', 'join', ...what, '-o', `${HOST}:${ports.admin}`, ...tls];
  const answer = await runCommand(binaries.osnadmin, args, { env, cwd: plan.dataDir });
  // osnadmin ends with 0 whatever the orderer says. 201: joined now; 405: it has the channel already.
  if (!/^Status: (201|405)\b/m.test(answer)) {
    throw new FabricError('COMMAND_FAILED', `${name} refused to join ${plan.channel}: ${answer.trim()}`);
  }
}

/** Makes a peer join the channel; does nothing where it has joined already. */
export async function joinPeer(
  plan: NetworkPlan,
  organisation: OrganisationPlan,
  commands: PeerCommands,
): Promise<void> {
  const admin = adminOf(organisation);
  const joined = await commands.run(admin, ['channel', 'list']);
  if (joined.split('\n').some((line) => line.trim() === plan.channel)) return;
  await commands.run(admin, ['channel', 'join', '-b', plan.genesisBlock]);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
