import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { buildConsole } from '../../console/build.ts';
import { organisations } from '../story/network.ts';
import { LiveLine } from './live-line.ts';
import { defaultPortBase } from './port-plan.ts';
import { readArguments } from './read-arguments.ts';
import { type Stack, startStack } from './stack.ts';
import { defaultStorySize, planStory } from './story-plan.ts';
import { openStory, type StoryRun } from './story-run.ts';

const help = `npm start -- [options]

Starts Hopline on this machine, everything on 127.0.0.1: a ledger with three organisations and their chaincode, a gateway
and a database for each, two warehouses with an edge node each, a simulated fleet, and the pages. The first start tells a
story of lettuce from two fields to six stores; later ones go on from its data. Ctrl-C stops all of it.

  --ledger dev|fabric   dev (default): the dev ledger, needs nothing. fabric: a real Fabric network from $FABRIC_BIN
  --fresh               removes the data of earlier starts first
  --data DIR            where the data is kept (default .data, or .data-fabric with --ledger fabric)
  --port-base N         first port: gateways N to N+2, edge nodes N+10 and N+11, the rest up to N+99 (default ${defaultPortBase})
  --devices N           size of the fleet of a new story (default ${defaultStorySize.devices})
  --lots N              lots of a new story, eight a production (default ${defaultStorySize.lots})
  --readings N          readings of its past, at least (default ${defaultStorySize.readings})
  --seed N              what the story follows from (default ${defaultStorySize.seed})
  --help
`;

/** Short, so that somebody who watches sees something happen; a real site seals every five minutes. */
const tuning = { sealMaxReadings: 500, sealMaxAgeMs: 5_000, idleStatementMs: 60_000, registryRefreshMs: 2_000 };
const root = resolve(import.meta.dirname, '../..');

const { values } = readArguments('hopline', 1, {
  options: {
    ledger: { type: 'string', default: 'dev' },
    fresh: { type: 'boolean', default: false },
    data: { type: 'string' },
    'port-base': { type: 'string', default: String(defaultPortBase) },
    devices: { type: 'string', default: String(defaultStorySize.devices) },
    lots: { type: 'string', default: String(defaultStorySize.lots) },
    readings: { type: 'string', default: String(defaultStorySize.readings) },
    seed: { type: 'string', default: String(defaultStorySize.seed) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(help);
else await run();

async function run(): Promise<void> {
  const started = Date.now();
  const stopping = new AbortController();
  const { signal } = stopping;
  let interrupts = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // Impatience is answered once: everything is safe on disk at any moment.
      if (++interrupts > 1) process.exit(130);
      console.log('\nstopping … (once more to stop at once)');
      stopping.abort(new Error('stopped'));
    });
  }
  const progress = (line: string) => console.log(`  ✓ ${line}  (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  let failure: Error | null = null;
  let stack: Stack | null = null;
  let story: StoryRun | null = null;
  try {
    const options = readOptions();
    // Sizes that cannot be had are refused before anything runs.
    planStory({ ...options.size, endMs: started });
    console.log('Hopline is starting');
    await buildConsole({ quiet: true });
    progress('pages built');
    stack = await startStack({
      ...options,
      tuning,
      signal,
      onProgress: progress,
      onFailure: (problem) => {
        if (interrupts > 0) return;
        failure ??= problem;
        stopping.abort(problem);
      },
    });
    story = await openStory(stack, { ...options.size, endMs: Date.now() }, progress);
    signal.throwIfAborted();
    const line = new LiveLine(stack, story.fleet);
    console.log(await addresses(stack));
    const live = story.tell((text) => line.note(text), signal).then(() => story?.fleet.runLive({ signal }));
    await Promise.race([live, line.run(signal)]);
    signal.throwIfAborted();
  } catch (error) {
    if (interrupts === 0) failure ??= error as Error;
  }
  await story?.stop();
  await stack?.stop();
  if (failure) {
    console.error(`hopline: ${(failure as Error).message}`);
    process.exit(1);
  }
  console.log('stopped; npm start goes on from here');
  process.exit(0);
}

function readOptions() {
  const ledger = z.enum(['dev', 'fabric'], '--ledger must be dev or fabric').parse(values.ledger);
  const number = (name: 'port-base' | 'devices' | 'lots' | 'readings' | 'seed', most: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new Error(`--${name} must be a whole number from 1 to ${most}`);
    return value;
  };
  return {
    ledger,
    fresh: values.fresh,
    dataDir: values.data ?? resolve(root, ledger === 'dev' ? '.data' : '.data-fabric'),
    portBase: number('port-base', 65_400),
    size: {
      seed: number('seed', 2 ** 31),
      devices: number('devices', 20_000),
      lots: number('lots', 8_000),
      readings: number('readings', 1_000_000),
    },
  };
}

async function addresses(stack: Stack): Promise<string> {
  const freshHub = stack.gateways.addresses.find(({ mspId }) => mspId === organisations.freshHub.mspId);
  const key = freshHub ? (await readFile(freshHub.adminKeyFile, 'utf8')).trim() : '';
  const lines = [
    '',
    `  pages      ${freshHub?.url ?? ''}`,
    `  key        ${key}   (signs in there as FreshHub)`,
    ...stack.gateways.addresses.map(({ name, url }) => `  gateway    ${url}   ${organisations[name].name}`),
    ...stack.edges.map(
      ({ address }) =>
        `  edge       ${address.url}   MQTT at ${address.url.replace(/^http/, 'ws')}/sites/${address.node}/mqtt`,
    ),
    `  state      ${stack.stateFile}   (npm run enrol and npm run fsck take it by --state)`,
    '',
  ];
  return lines.join('\n');
}
