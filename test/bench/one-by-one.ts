import { places } from '../../infra/story/network.ts';
import type { LedgerClient } from '../ledger-suite/ledger-client.ts';
import { StatementChain } from './statement-chain.ts';
import { submitPatiently } from './submit-patiently.ts';

/** Statements of one reading, ready to be sent: a list for each worker. */
export type Prepared = readonly (readonly string[])[];

/** Node numbers below are those of real edge nodes. */
const firstNumber = 100;
const enrolmentsAtOnce = 16;

/** Chains of as many edge nodes, which never conflict with each other. At most 800. */
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

/**
 * Signs one statement for each reading, before the clock starts. A worker's statements come from several chains in turn:
 * two of one chain lie so far apart that the slower peers have the first when the second comes.
 */
export function prepare(chains: readonly StatementChain[], workers: number, readings: number): Promise<Prepared> {
  const numbers = Array.from({ length: workers }, (_, index) => index);
  return Promise.all(
    numbers.map(async (worker) => {
      const own = chains.filter((_, index) => index % workers === worker);
      const statements: string[] = [];
      for (let reading = worker; reading < readings; reading += workers) {
        const chain = own[statements.length % own.length];
        if (!chain) throw new Error('there are fewer chains than workers');
        statements.push(...(await chain.next(1, 1)));
      }
      return statements;
    }),
  );
}

/**
 * Submits every statement in a transaction of its own, each worker's one after the other, the workers side by side and
 * spread over the organisations' peers. Returns the seconds until all are committed and valid.
 */
export async function submitOneByOne(clients: readonly LedgerClient[], lists: Prepared): Promise<number> {
  const startedMs = performance.now();
  await Promise.all(
    lists.map(async (statements, index) => {
      const client = clients[index % clients.length];
      if (!client) throw new Error('no client of the ledger');
      for (const statement of statements) {
        const input = { statements: [statement] };
        await submitPatiently(client, 'readings:AnchorStatements', async () => input);
      }
    }),
  );
  return (performance.now() - startedMs) / 1000;
}
