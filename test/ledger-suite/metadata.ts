import { queries, transactions } from '@hopline/protocol';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { SuiteContext } from './suite-context.ts';

const metadataSchema = z.object({
  contracts: z.record(z.string(), z.object({ transactions: z.array(z.object({ name: z.string() })) })),
});

/** Any method of a contract class can be called by clients, so there must be none but those that are meant to be. */
export function contractMetadata(context: () => SuiteContext): void {
  it('has the transactions and queries that the protocol names, and no others', async () => {
    const { contracts } = metadataSchema.parse(await context().growers.client.metadata());
    const names = Object.entries(contracts)
      .filter(([contract]) => contract !== 'org.hyperledger.fabric')
      .flatMap(([contract, { transactions: all }]) => all.map(({ name }) => `${contract}:${name}`));
    expect(names.sort()).toEqual([...Object.keys(transactions), ...Object.keys(queries)].sort());
  });
}
