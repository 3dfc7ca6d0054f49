import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiClient } from './gateway-client.ts';
import { planStory } from './story-plan.ts';
import { tellStory } from './tell-story.ts';

const size = { seed: 1, endMs: Date.UTC(2026, 0, 5), lots: 8, devices: 52, readings: 100 };
const captured: string[] = [];
const gateway = {
  post: async (_path: string, document: unknown) => {
    captured.push(JSON.stringify(document));
    return { transactionId: '', block: 0 };
  },
} as unknown as ApiClient;
const gateways = { growers: gateway, freshHub: gateway, retail: gateway };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-story-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a story goes on where it was left, and stays as it is where it has become another one', async () => {
  const file = join(folder, 'progress.json');
  const stopAfter = (steps: number) => (_step: unknown, done: number) => {
    if (done === steps) throw new Error('stopped');
  };
  await expect(tellStory(planStory(size), gateways, file, stopAfter(3))).rejects.toThrow('stopped');
  expect(captured).toHaveLength(3);

  let left = 0;
  await tellStory(
    planStory({ ...size, endMs: size.endMs + 1 }),
    gateways,
    file,
    () => {},
    () => left++,
  );
  expect([captured.length, left]).toEqual([3, 1]);

  const totals: number[] = [];
  await tellStory(
    planStory(size),
    gateways,
    file,
    (_step, done, total) => totals.push(total - done),
    () => left++,
  );
  expect(totals.at(-1)).toBe(0);
  expect(captured).toHaveLength(3 + totals.length);
  expect([new Set(captured).size, left]).toEqual([captured.length, 1]);
});
