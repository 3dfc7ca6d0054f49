import { z } from 'zod';
import type { EdgeAddress } from '../../infra/start/edges-part.ts';
import type { Stack } from '../../infra/start/stack.ts';
import type { LoadDevice } from '../../sensor-sim/src/load/messages.ts';
import { LedgerClient } from '../ledger-suite/ledger-client.ts';
import type { BenchOptions } from './bench-options.ts';
import { enrolDevices } from './enrol-devices.ts';
import { Rounds, type Section } from './figures.ts';
import { drain, projectedReadings, untilAnchored } from './node-watch.ts';
import { enrolChains, prepare, submitOneByOne } from './one-by-one.ts';
import { cpuBetween, processUsage } from './process-usage.ts';
import { timedLoad } from './timed-load.ts';

const inFlight = 100;
const batchesAnswer = z.object({
  batches: z.array(z.object({ node: z.string(), size: z.number(), transactionId: z.string() })),
});
const mostBatchesAsked = 500;
const chainsPerClient = 4;
const mostChains = 800;

/**
 * Readings a second from the first publish until the projection has the last batch, and readings a second with a
 * transaction for each on the same ledger. The section leaves the gateways stopped: it has to be a stack's last.
 */
export async function measureAnchoring(
  stack: Stack,
  options: BenchOptions,
  onProgress: (line: string) => void,
): Promise<Section> {
  const found = new Rounds();
  const clients = await Promise.all(
    stack.profile.organisations.map(({ mspId }) => LedgerClient.connect(stack.profile, mspId)),
  );
  try {
    await endToEnd(stack, options, found, onProgress);
    await ledgerBytes(stack, options, clients[0] as LedgerClient, found);
    const best = await oneByOne(stack, options, clients, found, onProgress);
    const nodes = ['1 edge node', '2 edge nodes'].map((name) => found.median(anchored(name)) ?? 0);
    const baseline = found.median(single(best)) ?? 0;
    found.add('ratio of the two, best against best', '×', Math.max(...nodes) / baseline);
    const [batched, alone] = [ledgerTime(found, '1 edge node'), ledgerTime(found, single(best))];
    if (batched && alone) found.add('ratio of processor time of ledger and chaincode', '×', alone / batched);
    return {
      name: 'anchoring',
      title: `Readings anchored a second, ${options.ledger} ledger`,
      figures: found.figures(),
      notes: [
        `end to end: ${options.readings} signed readings a round in batches of ${options.batch}, from the first publish until all are acknowledged, sealed, committed and projected`,
        `one transaction each: ${options.transactions} readings a round, statements signed beforehand, through fabric-gateway; the clock stops at the last commit, and the gateways (and their projections) are stopped meanwhile`,
        'fleet, edge nodes, gateways, ledger and chaincode share this machine',
      ],
    };
  } finally {
    for (const client of clients) client.close();
  }
}

const anchored = (nodes: string) => `end to end, ${nodes}`;
const single = (clients: number) => `one transaction each, ${clients} clients`;

/** Processor time of ledger and chaincode for a reading, in microseconds; `null` where it cannot be read. */
function ledgerTime(found: Rounds, what: string): number | null {
  const [ledger, chaincode] = [
    found.median(`${what}: processor time, ledger`),
    found.median(`${what}: processor time, chaincode`),
  ];
  return ledger === null || chaincode === null ? null : ledger + chaincode;
}

async function endToEnd(
  stack: Stack,
  options: BenchOptions,
  found: Rounds,
  onProgress: (line: string) => void,
): Promise<void> {
  const devices = await enrolDevices(stack, options.devices);
  const addresses = stack.edges.map(({ address }) => address);
  await drain(addresses);
  onProgress(`${devices.length} devices enrolled`);
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, nodes] of [addresses.slice(0, 1), addresses].entries()) {
      const name = index === 0 ? '1 edge node' : '2 edge nodes';
      await endToEndRound(stack, options, devices, nodes, name, found);
    }
    onProgress(`anchoring: round ${round + 1} of ${options.rounds}`);
  }
}

async function endToEndRound(
  stack: Stack,
  { batch, readings }: BenchOptions,
  devices: readonly LoadDevice[],
  nodes: readonly EdgeAddress[],
  name: string,
  found: Rounds,
): Promise<void> {
  const before = await projectedReadings(stack);
  const senders = devices.filter(({ node }) => nodes.some((each) => each.node === node));
  const load = await timedLoad({ devices: senders, messages: readings, inFlight });
  // A last batch that is not full, where the sizes do not divide, would wait for its age.
  if (readings % (batch * nodes.length) > 0) await drain(nodes);
  await untilAnchored(nodes);
  const seconds = (performance.now() - load.startedAtMs) / 1000;
  const spent = cpuBetween(load.usageAtStart, processUsage());
  const projected = (await projectedReadings(stack)) - before;
  if (projected !== readings) throw new Error(`${projected} of ${readings} readings are in the projection`);
  found.add(anchored(name), 'readings/s', readings / seconds);
  found.add(`${name}: acknowledged meanwhile`, 'readings/s', load.messagesPerSecond);
  for (const [role, cpuMs] of spent) {
    found.add(`${name}: processor time, ${role}`, 'µs/reading', (cpuMs * 1000) / readings);
  }
}

/** Whole transactions as the gateway made them, endorsements and certificates included, over the readings in them. */
async function ledgerBytes(stack: Stack, { batch }: BenchOptions, client: LedgerClient, found: Rounds): Promise<void> {
  const { batches } = await stack.clients.freshHub.get(`/api/batches?limit=${mostBatchesAsked}`, batchesAnswer);
  const real = new Set(stack.edges.map(({ address }) => address.node));
  const full = batches.filter(({ node, size }) => real.has(node) && size === batch);
  const transactions = Map.groupBy(full, ({ transactionId }) => transactionId);
  let bytes = 0;
  for (const transactionId of transactions.keys()) bytes += await client.transactionBytes(transactionId);
  const readings = full.length * batch;
  if (readings === 0) return;
  found.add('ledger bytes of a reading, as it came', 'bytes', bytes / readings);
  found.add('batches in a transaction, as it came', '', full.length / transactions.size);
}

/** Tries the numbers of clients, takes the best, and measures it in rounds. Returns that number. */
async function oneByOne(
  stack: Stack,
  { clients: candidates, transactions, rounds }: BenchOptions,
  ledger: readonly LedgerClient[],
  found: Rounds,
  onProgress: (line: string) => void,
): Promise<number> {
  const freshHub = ledger.find(({ mspId }) => mspId === 'FreshHubMSP');
  if (!freshHub) throw new Error('the ledger has no FreshHubMSP');
  const chains = await enrolChains(freshHub, Math.min(mostChains, Math.max(...candidates) * chainsPerClient));
  onProgress(`${chains.length} more nodes enrolled`);
  await stack.gateways.stop();
  const run = async (count: number) => {
    const prepared = await prepare(chains, count, transactions);
    const before = processUsage();
    const seconds = await submitOneByOne(ledger, prepared);
    found.add(single(count), 'readings/s', transactions / seconds);
    for (const [role, cpuMs] of cpuBetween(before, processUsage())) {
      if (role === 'client' || role === 'ledger' || role === 'chaincode')
        found.add(`${single(count)}: processor time, ${role}`, 'µs/reading', (cpuMs * 1000) / transactions);
    }
  };
  for (const count of candidates) await run(count);
  const best = candidates.reduce((a, b) => ((found.median(single(b)) ?? 0) > (found.median(single(a)) ?? 0) ? b : a));
  for (let round = 1; round < rounds; round++) {
    await run(best);
    onProgress(`one transaction each: round ${round + 1} of ${rounds}`);
  }
  return best;
}
