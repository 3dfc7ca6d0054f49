import { maxStatementsPerTransaction } from '@hopline/protocol';
import type { Stack } from '../../infra/start/stack.ts';
import { organisations, places } from '../../infra/story/network.ts';
import { LedgerClient } from '../ledger-suite/ledger-client.ts';
import type { BenchOptions } from './bench-options.ts';
import { Rounds, type Section } from './figures.ts';
import { StatementChain } from './statement-chain.ts';

/** A node number that nobody else uses. */
const nodeNumber = 99;
const groups = [1, 4, 16, maxStatementsPerTransaction] as const;

/** Bytes of whole transactions on the ledger, over the readings that they anchor. */
export async function measureBytes({ profile }: Stack, { batch, ledger }: BenchOptions): Promise<Section> {
  const found = new Rounds();
  const client = await LedgerClient.connect(profile, organisations.freshHub.mspId);
  try {
    const chain = await StatementChain.enrol(client, `${places.warehouses[0]}/${nodeNumber}`);
    for (const group of groups) {
      const statements = await chain.next(group, batch);
      const { transactionId } = await client.submit('readings:AnchorStatements', { statements });
      const bytes = await client.transactionBytes(transactionId);
      const name = group === 1 ? 'one statement a transaction' : `${group} statements a transaction`;
      found.add(name, 'bytes/reading', bytes / (batch * group));
      found.add(`${name}: whole transaction`, 'bytes', bytes);
    }
  } finally {
    client.close();
  }
  return {
    name: 'bytes',
    title: `Bytes on the ledger, ${batch} readings a batch, ${ledger} ledger`,
    figures: found.figures(),
    notes: [
      'the whole envelope with its endorsements and certificates; block headers and orderers’ signatures come once a block',
    ],
  };
}
