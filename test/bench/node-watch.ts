import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { EdgeAddress } from '../../infra/start/edges-part.ts';
import { ApiClient, ignored } from '../../infra/start/gateway-client.ts';
import type { Stack } from '../../infra/start/stack.ts';

const statusAnswer = z.object({ openReadings: z.number(), outboxBatches: z.number() });
const overviewAnswer = z.object({ counts: z.object({ readings: z.number() }) });
const pollMs = 20;
const anchoredWithinMs = 300_000;

/**
 * Waits until nothing is left at the nodes: a node lets go of a batch when its gateway has answered, and the gateway
 * answers when the transaction is committed and its own projection has it. Throws an Error after five minutes.
 */
export async function untilAnchored(nodes: readonly EdgeAddress[]): Promise<void> {
  const deadline = Date.now() + anchoredWithinMs;
  for (const { node, url, token } of nodes) {
    const client = new ApiClient(url, token);
    for (;;) {
      const { openReadings, outboxBatches } = await client.get(`/sites/${node}/status`, statusAnswer);
      if (openReadings === 0 && outboxBatches === 0) break;
      if (Date.now() > deadline)
        throw new Error(`${node} still has ${openReadings} readings, ${outboxBatches} batches`);
      await sleep(pollMs);
    }
  }
}

/** Seals what is open, so that the next round begins with nothing, and waits for it. */
export async function drain(nodes: readonly EdgeAddress[]): Promise<void> {
  for (const { node, url, token } of nodes) {
    const client = new ApiClient(url, token);
    const { openReadings } = await client.get(`/sites/${node}/status`, statusAnswer);
    if (openReadings > 0) await client.post(`/sites/${node}/seal`, undefined, ignored);
  }
  await untilAnchored(nodes);
}

/** Readings that the projection of the nodes' organisation has. */
export async function projectedReadings({ clients }: Stack): Promise<number> {
  return (await clients.freshHub.get('/api/overview', overviewAnswer)).counts.readings;
}
