import type { FabricBinaries } from './fabric-binaries.ts';
import type { OrganisationPlan } from './network-plan.ts';
import { type Environment, runCommand } from './run-command.ts';

/** On whose behalf a command speaks, and by which folder (with `core.yaml`) it finds the peer. */
export interface PeerUser {
  readonly mspDir: string;
  readonly peerHome: string;
}

export function adminOf({ admin, peer }: OrganisationPlan): PeerUser {
  return { mspDir: admin.mspDir, peerHome: peer.home };
}

/** The command line client that is part of the `peer` program. */
export class PeerCommands {
  readonly #peer: string;
  readonly #env: Environment;

  constructor(binaries: FabricBinaries, env: Environment) {
    this.#peer = binaries.peer;
    this.#env = env;
  }

  /**
   * Runs `peer …` as a user, against the user's own peer.
   *
   * @returns its standard output.
   * @throws FabricError `COMMAND_FAILED`.
   */
  run({ mspDir, peerHome }: PeerUser, args: readonly string[]): Promise<string> {
    const own = { FABRIC_CFG_PATH: peerHome, CORE_PEER_MSPCONFIGPATH: mspDir, FABRIC_LOGGING_SPEC: 'error' };
    return runCommand(this.#peer, args, { env: { ...this.#env, ...own }, cwd: peerHome });
  }
}
