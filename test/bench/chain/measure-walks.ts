import { z } from 'zod';
import type { Stack } from '../../../infra/start/stack.ts';
import { LedgerClient } from '../../ledger-suite/ledger-client.ts';
import type { BenchOptions } from '../bench-options.ts';
import { percentile, type Rounds } from '../figures.ts';
import { withStack } from '../with-stack.ts';
import { hopLevels } from './hop-levels.ts';
import { tellChain } from './tell-chain.ts';

/** Lots whose way is followed in a direction: of the raw goods the first, of what was made the last, which have gone furthest. */
const lotsWalked = 12;
/** Chaincode queries of one hop at once, to a peer on the same machine. */
const queriesAtOnce = 32;
const repetitions = 3;

const answerSchema = z.object({
  nodes: z.array(z.unknown()),
  edges: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      kind: z.string(),
      of: z.string().nullable(),
      fromMs: z.number(),
      event: z.string(),
      untilEvent: z.string().nullable(),
    }),
  ),
});
type Answer = z.infer<typeof answerSchema>;

/**
 * The same questions to the gateway, and to the chaincode hop by hop: an event tells where its goods went, and the next is asked for
 * then. The state has no way from goods to their next event; the walk is told, as if it had.
 *
 * @returns what a reader has to know of it
 */
export function measureWalks(
  options: BenchOptions,
  found: Rounds,
  onProgress: (line: string) => void,
): Promise<string> {
  return withStack(options, onProgress, async (stack) => {
    const { events, raw, made } = await tellChain(stack, options.walked);
    onProgress(`${events} events on the ledger`);
    const client = await LedgerClient.connect(stack.profile, 'FreshHubMSP');
    const sizes: string[] = [];
    try {
      for (const direction of ['back', 'forward'] as const) {
        const walks: Walk[] = [];
        const lots = direction === 'forward' ? raw.slice(0, lotsWalked) : made.slice(-lotsWalked);
        for (const item of lots) walks.push(await measureWalk(stack, client, item, direction));
        const name = `the same on the ${options.ledger} ledger, ${direction}`;
        const all = (of: (walk: Walk) => number) => percentile(walks.map(of), 0.5);
        found.add(
          `${name}: through the gateway, over HTTP, 50 %`,
          'ms',
          all(({ gatewayMs }) => gatewayMs),
        );
        found.add(
          `${name}: by chaincode queries, those of a hop at once, 50 %`,
          'ms',
          all(({ hopsMs }) => hopsMs),
        );
        found.add(
          `${name}: by chaincode queries, one after the other, 50 %`,
          'ms',
          all(({ singlyMs }) => singlyMs),
        );
        found.add(
          `${name}: hops over gateway`,
          '×',
          all(({ hopsMs, gatewayMs }) => hopsMs / gatewayMs),
        );
        sizes.push(`${direction} ${all(({ events: count }) => count)} events in ${all(({ hops }) => hops)} hops`);
        onProgress(`${walks.length} walks ${direction}`);
      }
    } finally {
      client.close();
    }
    return `hop by hop: ${events} events of the chain by the chaincode’s own rules, ${lotsWalked} lots a direction, in the middle ${sizes.join(', ')}; the walk is told which event comes next, which the state does not say, so it is the least that one has to ask`;
  });
}

interface Walk {
  readonly events: number;
  readonly hops: number;
  readonly gatewayMs: number;
  readonly hopsMs: number;
  readonly singlyMs: number;
}

async function measureWalk(
  stack: Stack,
  client: LedgerClient,
  item: string,
  direction: 'back' | 'forward',
): Promise<Walk> {
  const ask = (): Promise<Answer> =>
    stack.clients.freshHub.get(`/api/trace?${new URLSearchParams({ from: item, direction })}`, answerSchema);
  const levels = hopLevels((await ask()).edges, item, direction);
  const evaluate = (event: string) => client.evaluate('provenance:GetEvent', { event });
  const repeated = async (work: () => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let count = 0; count < repetitions; count++) {
      const startedMs = performance.now();
      await work();
      times.push(performance.now() - startedMs);
    }
    return percentile(times, 0.5);
  };
  return {
    events: levels.flat().length,
    hops: levels.length,
    gatewayMs: await repeated(ask),
    hopsMs: await repeated(async () => {
      for (const level of levels) {
        for (let done = 0; done < level.length; done += queriesAtOnce)
          await Promise.all(level.slice(done, done + queriesAtOnce).map(evaluate));
      }
    }),
    singlyMs: await repeated(async () => {
      for (const event of levels.flat()) await evaluate(event);
    }),
  };
}
