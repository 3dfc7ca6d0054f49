import { afterAll, beforeAll, describe } from 'vitest';
import type { ConnectionProfile } from '../../infra/connection-profile.ts';
import { anchoring } from './anchoring.ts';
import { custody } from './custody.ts';
import { LedgerClient } from './ledger-client.ts';
import { Member } from './member.ts';
import { contractMetadata } from './metadata.ts';
import { policies } from './policies.ts';
import { RandomIds } from './random-ids.ts';
import { recalls } from './recalls.ts';
import { registryRules } from './registry-rules.ts';
import { lettuceStory } from './story.ts';
import type { SuiteContext } from './suite-context.ts';

/** A ledger to run the suite on, with the chaincode running behind it. */
export interface OpenLedger {
  readonly profile: ConnectionProfile;
  close(): Promise<void>;
}

const openTimeoutMs = 120_000;

/**
 * The rules of the ledger, checked through the front door: the unmodified client, a ledger, the chaincode in its own
 * process. The dev ledger and a real Fabric network have to give the same answers.
 */
export function ledgerSuite(name: string, open: () => Promise<OpenLedger>): void {
  const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 32);
  describe(`${name} (HOPLINE_SEED=${seed})`, () => {
    let ledger: OpenLedger | undefined;
    let context: SuiteContext | undefined;

    beforeAll(async () => {
      ledger = await open();
      context = await join(ledger.profile, new RandomIds(seed));
    }, openTimeoutMs);

    afterAll(async () => {
      for (const client of context?.clients ?? []) client.close();
      await ledger?.close();
    });

    const joined = (): SuiteContext => {
      if (!context) throw new Error('the ledger is not open');
      return context;
    };
    contractMetadata(joined);
    registryRules(joined);
    anchoring(joined);
    custody(joined);
    policies(joined);
    recalls(joined);
    lettuceStory(joined);
  });
}

async function join(profile: ConnectionProfile, ids: RandomIds): Promise<SuiteContext> {
  const members = [];
  for (const mspId of ['GrowersMSP', 'FreshHubMSP', 'RetailMSP']) {
    const member = new Member(await LedgerClient.connect(profile, mspId), ids);
    await member.join();
    members.push(member);
  }
  const [growers, freshHub, retail] = members as [Member, Member, Member];
  return { growers, freshHub, retail, ids, clients: members.map(({ client }) => client) };
}
