import { places } from '../../infra/story/network.ts';
import type { LedgerClient } from '../ledger-suite/ledger-client.ts';
import { StatementChain } from './statement-chain.ts';

/** Statements of one reading, ready to be sent: a list for each chain. */
export type Prepared = readonly (readonly string[])[];

/** Node numbers below are those of real edge nodes. */
const firstNumber = 100;
const enrolmentsAtOnce = 16;

/** Chains of as many edge nodes, so that as many clients never wait for each other. At most 800. */
export async function enrolChains(client: LedgerClient, count: number): Promise<StatementChain[]> {
  const chains: StatementChain[] = [];
  const numbers = Array.from({ length: count }, (_, index) => firstNumber + index);
  const worker = async () => {
    for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) {
      chains.push(await StatementChain.enrol(client, `${places.warehouses[0]}/${n}`));
    }
  };
  await Promise.all(Array.from({ length: enrolmentsAtOnce }, worker));
  return chains;
}

/** Signs one statement for each reading, before the clock starts. */
export function prepare(chains: readonly StatementChain[], readings: number): Promise<Prepared> {
  return Promise.all(
    chains.map((chain, index) =>
      chain.next(Math.floor(readings / chains.length) + (index < readings % chains.length ? 1 : 0), 1),
    ),
  );
}

/**
 * Submits every statement in a transaction of its own, each chain's after the commit of the one before, the chains side by
 * side and spread over the organisations' peers. Returns the seconds until all are committed and valid.
 */
export async function submitOneByOne(clients: readonly LedgerClient[], lists: Prepared): Promise<number> {
  const startedMs = performance.now();
  await Promise.all(
    lists.map(async (statements, index) => {
      const client = clients[index % clients.length];
      if (!client) throw new Error('no client of the ledger');
      for (const statement of statements) await client.submit('readings:AnchorStatements', { statements: [statement] });
    }),
  );
  return (performance.now() - startedMs) / 1000;
}
