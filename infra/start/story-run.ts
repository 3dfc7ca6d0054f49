import { join } from 'node:path';
import { z } from 'zod';
import { createFleet, type Fleet, openFileStore, openJournal } from '../../sensor-sim/src/index.ts';
import { productionSpanMs } from '../story/production.ts';
import { enrolFleet } from './enrol-fleet.ts';
import { readJsonFile, writeJsonFile } from './secrets-file.ts';
import type { Stack } from './stack.ts';
import { planStory, type StoryPlan, type StorySize, storySizeSchema } from './story-plan.ts';
import { tellStory } from './tell-story.ts';

/** The story and its fleet on a running system. */
export interface StoryRun {
  readonly plan: StoryPlan;
  readonly fleet: Fleet;
  /** Events of the story, and those readings of its past that the fleet takes; nothing where both are done already. */
  tell(onProgress: (line: string) => void, signal?: AbortSignal): Promise<void>;
  /** Ends the fleet; what it has not delivered it keeps for the next start. */
  stop(): Promise<void>;
}

const historySchema = z.object({ done: z.boolean() });

/**
 * Takes up the story of the data folder, or begins one of the given size: a story that was begun keeps its size, since its
 * keys and lots follow from it. Devices are enrolled where they are not yet.
 */
export async function openStory(
  stack: Stack,
  wanted: StorySize,
  onProgress: (line: string) => void,
): Promise<StoryRun> {
  const folder = join(stack.dataDir, 'fleet');
  const sizeFile = join(folder, 'story.json');
  const known = await readJsonFile(sizeFile, storySizeSchema);
  const plan = planStory(known ?? wanted);
  if (!known) await writeJsonFile(sizeFile, plan.size);
  const passwords = await enrolFleet(
    stack.clients.freshHub,
    plan.fleet,
    join(folder, 'passwords.json'),
    (done, total) => {
      if (done === total) onProgress(`${total} devices enrolled`);
    },
  );
  const store = await openFileStore(join(folder, 'devices'));
  const journal = openJournal(stack.journalFile);
  const urls = new Map(stack.edges.map(({ address }) => [address.node, address.url.replace(/^http/, 'ws')]));
  const fleet = await createFleet(plan.fleet, {
    passwordOf: (device) => passwords.get(device),
    urlOf: (node) => `${urls.get(node)}/sites/${node}/mqtt`,
    store,
    journal,
    nowMs: Date.now,
  }).catch(async (error: unknown) => {
    journal.close();
    await store.close();
    throw error;
  });
  return {
    plan,
    fleet,
    tell: (progress, signal) => tell(stack, plan, fleet, folder, progress, signal),
    stop: async () => {
      await fleet.stop();
      journal.close();
      // Last: from here on another process may use the devices' counters.
      await store.close();
    },
  };
}

async function tell(
  stack: Stack,
  plan: StoryPlan,
  fleet: Fleet,
  folder: string,
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const historyFile = join(folder, 'history.json');
  const history = (await readJsonFile(historyFile, historySchema))?.done
    ? Promise.resolve()
    : publishHistory(plan, fleet, historyFile, onProgress, signal);
  const events = tellStory(
    plan,
    stack.clients,
    join(folder, 'story-progress.json'),
    (step, done, total) => {
      signal?.throwIfAborted();
      if (done === total) onProgress(`story told: ${total} steps, last ${step.what}`);
    },
    () => onProgress('the story here was begun by another version of Hopline and stays as it is; --fresh begins anew'),
  );
  const results = await Promise.allSettled([history, events]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function publishHistory(
  { size }: StoryPlan,
  fleet: Fleet,
  file: string,
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const stats = await fleet.publishHistory({
    fromMs: size.endMs - productionSpanMs,
    toMs: size.endMs,
    ...(signal && { signal }),
  });
  await writeJsonFile(file, { done: true });
  onProgress(`${stats.acknowledged} readings of the last day and a half acknowledged`);
}
