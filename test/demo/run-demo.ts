import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../../infra/start/gateway-client.ts';
import { findPortBase } from '../../infra/start/port-plan.ts';
import { type Stack, startStack } from '../../infra/start/stack.ts';
import { planStory, type StorySize } from '../../infra/start/story-plan.ts';
import { openStory, type StoryRun } from '../../infra/start/story-run.ts';
import { type Misbehaviour, totalOf } from '../../sensor-sim/src/index.ts';
import type { FsckReport } from '../fsck/check.ts';
import { type AlertListener, listenForAlerts } from './alert-listener.ts';
import { overviewAnswer, statusAnswer } from './answers.ts';
import { isSettled } from './is-settled.ts';
import { runFsck } from './run-fsck.ts';
import { checkStory } from './story-checks.ts';

export interface DemoOptions {
  readonly ledger: 'dev' | 'fabric';
  readonly size: StorySize;
  readonly dataDir: string;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What `--json` prints; numbers are counts unless the name says otherwise. */
export interface DemoResult {
  readonly ledger: 'dev' | 'fabric';
  readonly readings: Record<
    'published' | 'acknowledged' | 'anchored' | 'quarantined' | 'duplicates' | 'refused',
    number
  >;
  readonly batches: number;
  readonly blocks: number;
  readonly transactions: { readonly valid: number; readonly invalid: number };
  readonly lots: number;
  readonly hops: number;
  readonly trace: { readonly lot: string; readonly back: number; readonly forward: number; readonly ms: number };
  readonly excursions: number;
  readonly alerts: { readonly count: number; readonly msMax: number };
  readonly fsck: { readonly ok: boolean; readonly missing: number; readonly duplicated: number };
  readonly seconds: number;
}

export interface DemoOutcome {
  readonly result: DemoResult;
  /** Unsigned messages whose answer never came: published, and neither acknowledged nor refused. */
  readonly lost: number;
  readonly problems: readonly string[];
}

const tuning = { sealMaxReadings: 500, sealMaxAgeMs: 1_000, registryRefreshMs: 500 };
const settleWithinMs = 180_000;
const pollMs = 250;

/** What devices do wrong in the story: the first four end in quarantine, the others are refused. */
const wrongs: readonly Misbehaviour[] = [
  ...(['forged', 'equivocation', 'unopened-epoch', 'forged'] as const),
  ...(['clock-ahead', 'malformed', 'oversized', 'foreign-topic'] as const),
];

/** Runs the story to its end on a system of its own and returns the figures, and what does not hold. */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const { onProgress, signal, size } = options;
  const started = Date.now();
  // Sizes that cannot be had are refused before anything runs.
  planStory(size);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const stack = await startStack({
    dataDir: options.dataDir,
    ledger: options.ledger,
    portBase: await findPortBase(Math.random),
    tuning,
    onProgress,
    onFailure: failed.reject,
    signal,
  });
  let story: StoryRun | null = null;
  const listeners: AlertListener[] = [];
  try {
    listeners.push(...(await Promise.all(stack.edges.map(({ address }) => listenForAlerts(address)))));
    story = await openStory(stack, size, onProgress);
    await Promise.race([story.tell(onProgress, signal), failed.promise]);
    await misbehave(story);
    onProgress(`${wrongs.length} wrong messages sent`);
    await settle(stack, story, signal);
    onProgress('everything anchored');
    return await conclude(options, stack, story, listeners, started);
  } finally {
    for (const listener of listeners) await listener.close();
    await story?.stop();
    await stack.stop();
  }
}

async function misbehave({ fleet, plan }: StoryRun): Promise<void> {
  const signing = plan.fleet.devices.filter(({ kind, keySeed }) => kind === 'probe' && keySeed !== null);
  for (const [index, kind] of wrongs.entries()) {
    const device = signing[index % signing.length];
    if (device) await fleet.misbehave(kind, device.device);
  }
}

/** Waits until nothing is left at the edges and the projection has it all. */
async function settle(stack: Stack, { fleet }: StoryRun, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + settleWithinMs;
  const edges = stack.edges.map(({ address }) => ({
    client: new ApiClient(address.url, address.token),
    node: address.node,
  }));
  for (;;) {
    signal.throwIfAborted();
    const statuses = await Promise.all(
      edges.map(({ client, node }) => client.get(`/sites/${node}/status`, statusAnswer)),
    );
    const { counts } = await stack.clients.freshHub.get('/api/overview', overviewAnswer);
    const stats = fleet.stats();
    const left = statuses.reduce((sum, status) => sum + status.openReadings + status.outboxBatches, 0);
    const { readings: projectedReadings, missingSummaries } = counts;
    if (isSettled({ left, projectedReadings, missingSummaries }, stats)) return;
    if (Date.now() > deadline) {
      throw new Error(
        `not settled: ${left} readings and batches at the edges, ${projectedReadings} of ${stats.acknowledged} readings anchored`,
      );
    }
    await sleep(pollMs, undefined, { signal });
  }
}

async function conclude(
  { ledger, onProgress }: DemoOptions,
  stack: Stack,
  { fleet, plan }: StoryRun,
  listeners: readonly AlertListener[],
  started: number,
): Promise<DemoOutcome> {
  const findings = await checkStory(stack.clients.freshHub, plan.productions);
  onProgress(`story checked: ${findings.hops} hops`);
  const { counts } = await stack.clients.freshHub.get('/api/overview', overviewAnswer);
  const fsck = await runFsck(stack.stateFile);
  onProgress('fsck done');
  const statuses = await Promise.all(
    stack.edges.map(({ address }) =>
      new ApiClient(address.url, address.token).get(`/sites/${address.node}/status`, statusAnswer),
    ),
  );
  const alerts = listeners.flatMap((listener) => listener.alerts);
  const stats = fleet.stats();
  const result: DemoResult = {
    ledger,
    readings: {
      published: stats.published,
      acknowledged: fsck.acknowledged,
      anchored: fsck.anchored,
      quarantined: fsck.quarantined,
      duplicates: statuses.reduce((sum, status) => sum + status.counts.duplicates, 0),
      refused: totalOf(stats.refused),
    },
    batches: counts.batches,
    blocks: fsck.blocks,
    transactions: fsck.transactions,
    lots: counts.lots,
    hops: findings.hops,
    trace: { ...findings.trace, ms: Math.round(findings.trace.ms * 100) / 100 },
    excursions: counts.excursions,
    alerts: { count: alerts.length, msMax: Math.max(0, ...alerts.map(({ afterMs }) => afterMs)) },
    fsck: { ok: fsck.ok, missing: fsck.missing, duplicated: fsck.duplicated },
    seconds: Math.round((Date.now() - started) / 100) / 10,
  };
  return {
    result,
    lost: stats.lost,
    problems: [...findings.problems, ...judge(result, fsck, plan.size, plan.productions.length, counts.discrepancies)],
  };
}

/** The story's own checks on its figures. */
function judge(
  result: DemoResult,
  fsck: FsckReport,
  size: StorySize,
  productions: number,
  discrepancies: number,
): string[] {
  const { readings } = result;
  const checks: [boolean, string][] = [
    [fsck.ok, `fsck found faults: ${fsck.faults.slice(0, 5).map(({ code, detail }) => `${code} (${detail})`)}`],
    [
      readings.anchored + readings.quarantined === readings.acknowledged,
      'anchored and quarantined are not all that was acknowledged',
    ],
    [readings.acknowledged >= size.readings, `only ${readings.acknowledged} readings acknowledged`],
    [readings.quarantined === 4, `${readings.quarantined} messages in quarantine instead of 4`],
    [readings.refused === 4, `${readings.refused} messages refused instead of 4`],
    [result.lots >= size.lots, `${result.lots} lots instead of at least ${size.lots}`],
    [result.excursions === 1, `${result.excursions} excursions instead of the one on the dock`],
    [result.alerts.count >= 1, 'no alert came'],
    // In every production the second grower's bins arrive short.
    [discrepancies === productions, `${discrepancies} differences between sent and received instead of ${productions}`],
    [
      result.transactions.invalid === 0 || result.ledger === 'fabric',
      `${result.transactions.invalid} invalid transactions`,
    ],
  ];
  return checks.flatMap(([holds, problem]) => (holds ? [] : [problem]));
}
