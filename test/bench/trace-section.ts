import { join } from 'node:path';
import { z } from 'zod';
import type { Stack } from '../../infra/start/stack.ts';
import { defaultStorySize, planStory } from '../../infra/start/story-plan.ts';
import { tellStory } from '../../infra/start/tell-story.ts';
import { caseGtin, fieldGtin } from '../../infra/story/production.ts';
import { LedgerClient } from '../ledger-suite/ledger-client.ts';
import type { BenchOptions } from './bench-options.ts';
import { percentile, Rounds, type Section } from './figures.ts';

const traceAnswer = z.object({
  lots: z.array(z.string()),
  nodes: z.array(z.unknown()),
  edges: z.array(z.object({ event: z.string(), untilEvent: z.string().nullable() })),
  ms: z.number(),
});
/** Walks by chaincode queries a round: each asks for every event of the graph. */
const chaincodeWalks = 5;
const warmUpQueries = 20;

/** Tells the story's events and asks for traces through the gateway, one after the other. */
export async function measureTrace(
  stack: Stack,
  { queries, rounds }: BenchOptions,
  onProgress: (line: string) => void,
): Promise<Section> {
  const found = new Rounds();
  const plan = planStory({ ...defaultStorySize, endMs: Date.now() });
  const events = await tellStory(plan, stack.clients, join(stack.dataDir, 'bench-story.json'), () => {});
  const [production] = plan.productions;
  if (!production) throw new Error('the story has no production');
  onProgress(`${events} events captured`);
  const questions = [
    { name: 'back, from a case lot to its field lots', gtin: caseGtin, lot: production.caseLots[0], direction: 'back' },
    {
      name: 'forward, from a field lot to every store',
      gtin: fieldGtin,
      lot: production.fieldLots[0]?.lot,
      direction: 'forward',
    },
  ];
  const sizes: string[] = [];
  const client = await LedgerClient.connect(stack.profile, 'FreshHubMSP');
  for (const { name, gtin, lot, direction } of questions) {
    const path = `/api/lots/${gtin}/${encodeURIComponent(lot ?? '')}/trace?direction=${direction}`;
    const ask = () => stack.clients.freshHub.get(path, traceAnswer);
    const { nodes, edges } = await ask();
    const events = new Set(
      edges.flatMap(({ event, untilEvent }) => (untilEvent === null ? [event] : [event, untilEvent])),
    );
    sizes.push(`${direction}: ${nodes.length} nodes, ${edges.length} edges`);
    for (let query = 0; query < warmUpQueries; query++) await ask();
    for (let round = 0; round < rounds; round++) {
      const [outside, inside]: [number[], number[]] = [[], []];
      for (let query = 0; query < queries; query++) {
        const startedMs = performance.now();
        const { ms } = await ask();
        outside.push(performance.now() - startedMs);
        inside.push(ms);
      }
      found.add(`${name}, 50 %`, 'ms', percentile(outside, 0.5));
      found.add(`${name}, 99 %`, 'ms', percentile(outside, 0.99));
      found.add(`${name}: in the database, 50 %`, 'ms', percentile(inside, 0.5));
      const hopping: number[] = [];
      for (let walk = 0; walk < chaincodeWalks; walk++) {
        const startedMs = performance.now();
        for (const event of events) await client.evaluate('provenance:GetEvent', { event });
        hopping.push(performance.now() - startedMs);
      }
      found.add(
        `${name}: a chaincode query for each of its ${events.size} events, 50 %`,
        'ms',
        percentile(hopping, 0.5),
      );
    }
  }
  client.close();
  return {
    name: 'trace',
    title: 'Latency of a trace through the gateway',
    figures: found.figures(),
    notes: [
      `${events} events of the story; ${sizes.join('; ')}; ${queries} queries a round, one at a time, over HTTP, embedded PostgreSQL`,
      'the walk by chaincode asks hop by hop for the events that the answer names, as if it knew which comes next: the least that any such walk has to ask',
    ],
  };
}
