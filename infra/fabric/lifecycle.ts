import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChaincodePackage } from './chaincode-package.ts';
import { FabricError } from './fabric-error.ts';
import { HOST, type NetworkPlan, type OrganisationPlan } from './network-plan.ts';
import { adminOf, type PeerCommands } from './peer-commands.ts';
import { poll } from './poll.ts';

/** Stands for the endorsement policy and for the need of an init call: another one needs another sequence. */
const SEQUENCE = 1;
const VERSION = '1.0';
/** The first transactions of a channel may find its orderers still electing a leader. */
const STEP_LIMITS = { intervalMs: 500, timeoutMs: 60_000 };

// Answers of `peer lifecycle chaincode … --output json`, as far as they are needed here.
const installedAnswer = z.object({
  installed_chaincodes: z.array(z.object({ package_id: z.string() })).optional(),
});
const approvedAnswer = z.object({
  sequence: z.number(),
  source: z.object({ Type: z.object({ LocalPackage: z.object({ package_id: z.string() }).optional() }) }),
});
const committedAnswer = z.object({ sequence: z.number() });

/** The chaincode lifecycle of Fabric 2 and later, each step of which may be repeated without harm. */
export class Lifecycle {
  readonly #plan: NetworkPlan;
  readonly #commands: PeerCommands;
  readonly #signal: AbortSignal;

  constructor(plan: NetworkPlan, commands: PeerCommands, signal: AbortSignal) {
    this.#plan = plan;
    this.#commands = commands;
    this.#signal = signal;
  }

  /** Puts an organisation's package on its peer. */
  async install(organisation: OrganisationPlan, { id, bytes }: ChaincodePackage): Promise<void> {
    const answer = await this.#ask(organisation, ['queryinstalled']);
    const { installed_chaincodes: installed = [] } = installedAnswer.parse(answer);
    if (installed.some(({ package_id }) => package_id === id)) return;
    const folder = join(this.#plan.dataDir, 'chaincode');
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${organisation.name}.tar.gz`);
    await writeFile(file, bytes);
    await this.#run(organisation, ['install', file]);
  }

  /**
   * Approves the definition for an organisation. Approving the committed sequence again with another package is how an
   * organisation moves its chaincode to another address.
   */
  async approve(organisation: OrganisationPlan, packageId: string): Promise<void> {
    await this.#retry(`approval by ${organisation.mspId}`, async (attempt) => {
      if ((await this.#approvedPackage(organisation)) === packageId) return true;
      const definition = [...this.#definition(), '--package-id', packageId];
      await this.#run(organisation, ['approveformyorg', ...definition, ...this.#orderer(attempt)]);
      return true;
    });
  }

  /** Commits the definition once; needs the approval of a majority of the organisations. */
  async commit(): Promise<void> {
    const [first] = this.#plan.organisations;
    if (!first) throw new FabricError('BAD_ARGUMENT', 'a network needs an organisation');
    const peers = this.#plan.organisations.flatMap(({ peer }) => [
      ...['--peerAddresses', `${HOST}:${peer.ports.grpc}`],
      ...['--tlsRootCertFiles', peer.tls.rootCert],
    ]);
    await this.#retry('commit of the chaincode definition', async (attempt) => {
      if (await this.#isCommitted(first)) return true;
      await this.#run(first, ['commit', ...this.#definition(), ...peers, ...this.#orderer(attempt)]);
      return true;
    });
  }

  async #approvedPackage(organisation: OrganisationPlan): Promise<string | undefined> {
    const query = ['queryapproved', '-C', this.#plan.channel, '-n', this.#plan.chaincode];
    const answer = await this.#askUnlessAbsent(organisation, query);
    if (answer === undefined) return undefined;
    const { sequence, source } = approvedAnswer.parse(answer);
    return sequence === SEQUENCE ? source.Type.LocalPackage?.package_id : undefined;
  }

  async #isCommitted(organisation: OrganisationPlan): Promise<boolean> {
    const query = ['querycommitted', '-C', this.#plan.channel, '-n', this.#plan.chaincode];
    const answer = await this.#askUnlessAbsent(organisation, query);
    return answer !== undefined && committedAnswer.parse(answer).sequence === SEQUENCE;
  }

  #definition(): string[] {
    const { channel, chaincode } = this.#plan;
    const sequence = String(SEQUENCE);
    return ['--channelID', channel, '--name', chaincode, '--version', VERSION, '--sequence', sequence];
  }

  /** Another orderer at each attempt: one that is not the leader hands a transaction on, one that is dead does not. */
  #orderer(attempt: number): string[] {
    const orderer = this.#plan.orderers[attempt % this.#plan.orderers.length];
    if (!orderer) throw new FabricError('BAD_ARGUMENT', 'a network needs an orderer');
    return ['-o', `${HOST}:${orderer.ports.grpc}`, '--tls', '--cafile', orderer.tls.rootCert];
  }

  async #retry(what: string, step: (attempt: number) => Promise<true>): Promise<void> {
    let attempt = 0;
    await poll(what, { ...STEP_LIMITS, signal: this.#signal }, () => step(attempt++));
  }

  async #askUnlessAbsent(organisation: OrganisationPlan, query: string[]): Promise<unknown> {
    try {
      return await this.#ask(organisation, query);
    } catch (failure) {
      if (failure instanceof FabricError && /not defined|could not fetch approved/.test(failure.message))
        return undefined;
      throw failure;
    }
  }

  async #ask(organisation: OrganisationPlan, query: string[]): Promise<unknown> {
    return JSON.parse(await this.#run(organisation, [...query, '--output', 'json']));
  }

  #run(organisation: OrganisationPlan, args: string[]): Promise<string> {
    return this.#commands.run(adminOf(organisation), ['lifecycle', 'chaincode', ...args]);
  }
}
