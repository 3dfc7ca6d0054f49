import { ignored } from '../../../infra/start/gateway-client.ts';
import type { Stack } from '../../../infra/start/stack.ts';
import { type OrganisationName, organisations } from '../../../infra/story/network.ts';
import { chainStartMs } from './chain-server.ts';
import { chainProducts } from './chain-sites.ts';
import { Chain } from './grow-chain.ts';
import type { ChainTransaction } from './open-transaction.ts';
import { documentOf } from './to-epcis.ts';

export interface Told {
  readonly events: number;
  /** Lots in the order in which they came to be: raw goods, and what was made of them. */
  readonly raw: readonly string[];
  readonly made: readonly string[];
}

/** Events of one document: far below what a transaction takes. */
const eventsPerDocument = 60;
const registrationsAtOnce = 8;

/**
 * Brings a chain of so many events onto the ledger of a stack, through the gateways of those whom they belong to and by the
 * chaincode's own rules. Throws where it refuses one.
 */
export async function tellChain(stack: Stack, events: number): Promise<Told> {
  const chain = new Chain({ seed: 1, events, startMs: chainStartMs });
  await register(stack, chain);
  const told = { events: 0, raw: [] as string[], made: [] as string[] };
  let gathered: ChainTransaction[] = [];
  const tell = async () => {
    const [first] = gathered;
    if (!first) return;
    const all = gathered.flatMap((transaction) => transaction.events.map(({ event }) => event));
    await clientOf(stack, first.mspId).post('/api/capture', documentOf(all, first.timeMs), ignored);
    told.events += all.length;
    for (const { items } of gathered)
      for (const { item, origin } of items) told[origin === 'declared' ? 'raw' : 'made'].push(item);
    gathered = [];
  };
  for (const transaction of chain.grow()) {
    const size = gathered.reduce((sum, each) => sum + each.events.length, transaction.events.length);
    if (gathered[0] && (gathered[0].mspId !== transaction.mspId || size > eventsPerDocument)) await tell();
    gathered.push(transaction);
  }
  await tell();
  return told;
}

async function register(stack: Stack, { sites }: Chain): Promise<void> {
  const wanted = [
    ...Object.values(sites)
      .flat()
      .map(({ gln, mspId, name, kind }) => ({ path: `/api/sites/${gln}`, mspId, body: { name, kind } })),
    ...Object.entries(chainProducts).flatMap(([kind, products]) =>
      products.map((gtin, index) => ({
        path: `/api/products/${gtin}`,
        mspId: kind === 'raw' || kind === 'bulk' ? 'GrowersMSP' : 'FreshHubMSP',
        body: { name: `${kind} ${index + 1}`, limits: [] },
      })),
    ),
  ];
  for (let done = 0; done < wanted.length; done += registrationsAtOnce) {
    const some = wanted.slice(done, done + registrationsAtOnce);
    await Promise.all(some.map(({ path, mspId, body }) => clientOf(stack, mspId).put(path, body, ignored)));
  }
}

function clientOf(stack: Stack, mspId: string) {
  const name = (Object.keys(organisations) as OrganisationName[]).find((each) => organisations[each].mspId === mspId);
  if (!name) throw new Error(`no organisation ${mspId}`);
  return stack.clients[name];
}
