import { createHash } from 'node:crypto';
import { z } from 'zod';
import { productionSteps, type StoryStep } from '../story/events.ts';
import type { OrganisationName } from '../story/network.ts';
import type { ApiClient } from './gateway-client.ts';
import { readJsonFile, writeJsonFile } from './secrets-file.ts';
import type { StoryPlan } from './story-plan.ts';

/** How many steps are told, and of which story: a later version of Hopline can tell another one. */
const progressSchema = z.object({ steps: z.int().min(0), story: z.string().optional() });
const captureAnswer = z.object({ transactionId: z.string(), block: z.number() });

/**
 * Captures the story's events through the gateways of those whom they belong to, in the order of time. How far it has come is
 * on disk after every step; a step that was captured and not noted is captured again, and recognised by its hashes. A story
 * that was begun by another version of Hopline is left where it is, because its next steps would not fit.
 *
 * @param onLeft a story of another version is left where it is
 * @returns how many events the story has.
 */
export async function tellStory(
  plan: StoryPlan,
  gateways: Readonly<Record<OrganisationName, ApiClient>>,
  progressFile: string,
  onStep: (step: StoryStep, done: number, total: number) => void,
  onLeft: () => void = () => {},
): Promise<number> {
  const steps = plan.productions.flatMap(productionSteps).sort((a, b) => a.atMs - b.atMs);
  const story = createHash('sha256').update(JSON.stringify(steps)).digest('hex');
  const told = await readJsonFile(progressFile, progressSchema);
  if (told && told.story !== story) onLeft();
  const untold = told && told.story !== story ? [] : steps.slice(told?.steps ?? 0);
  for (const [index, step] of untold.entries()) {
    await gateways[step.by].post('/api/capture', epcisDocument(step), captureAnswer);
    const done = steps.length - untold.length + index + 1;
    await writeJsonFile(progressFile, { steps: done, story });
    onStep(step, done, steps.length);
  }
  return steps.reduce((sum, { events }) => sum + events.length, 0);
}

function epcisDocument({ events, atMs }: StoryStep): unknown {
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: new Date(atMs).toISOString(),
    epcisBody: { eventList: events },
  };
}
