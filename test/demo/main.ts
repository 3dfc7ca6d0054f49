import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from '../../infra/start/read-arguments.ts';
import { defaultStorySize } from '../../infra/start/story-plan.ts';
import { runDemo } from './run-demo.ts';

const help = `npm run demo -- [options]

Runs the story of the lettuce to its end on a system of its own, on free ports and in a temporary folder, and checks it:
two fields, a packhouse, two micro-warehouses, six stores, a fleet that watches over it, one pallet left on a dock, devices
that lie. Exit code 0 only if all of the story's own checks hold.

  --ledger dev|fabric   the ledger that it runs on (default dev; fabric needs FABRIC_BIN)
  --seed N              what the story follows from (default ${defaultStorySize.seed})
  --devices N           size of the fleet (default ${defaultStorySize.devices})
  --lots N              lots, eight a production (default ${defaultStorySize.lots})
  --readings N          at least so many readings are acknowledged (default ${defaultStorySize.readings})
  --json                one JSON object as the last line of standard output
  --keep                keeps the temporary folder, with its logs
  --help
`;

const { values } = readArguments('demo', 1, {
  options: {
    ledger: { type: 'string', default: 'dev' },
    seed: { type: 'string', default: String(defaultStorySize.seed) },
    devices: { type: 'string', default: String(defaultStorySize.devices) },
    lots: { type: 'string', default: String(defaultStorySize.lots) },
    readings: { type: 'string', default: String(defaultStorySize.readings) },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
} else {
  const giveUp = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => giveUp.abort(new Error(`stopped by ${signal}`)));
  const dataDir = await mkdtemp(join(tmpdir(), 'hopline-demo-'));
  try {
    process.exitCode = await run(dataDir, giveUp.signal);
  } catch (error) {
    console.error(`demo: ${(error as Error).message}`);
    process.exitCode = 1;
  } finally {
    if (values.keep) console.error(`demo: data and logs are in ${dataDir}`);
    else await rm(dataDir, { recursive: true, force: true });
  }
  // Nothing is left to be done; a connection that lingers must not hold the end up.
  process.exit();
}

async function run(dataDir: string, signal: AbortSignal): Promise<number> {
  const { ledger } = values;
  if (ledger !== 'dev' && ledger !== 'fabric') throw new Error('--ledger must be dev or fabric');
  const started = Date.now();
  const { result, lost, problems } = await runDemo({
    ledger,
    dataDir,
    signal,
    size: {
      seed: count('seed'),
      devices: count('devices'),
      lots: count('lots'),
      readings: count('readings'),
      endMs: started,
    },
    onProgress: (line) => console.log(`  ✓ ${line}  (${((Date.now() - started) / 1000).toFixed(1)} s)`),
  });
  const { readings, trace, alerts, fsck } = result;
  console.log(`
  readings   ${readings.acknowledged} acknowledged = ${readings.anchored} anchored + ${readings.quarantined} in quarantine; ${readings.refused} refused, ${readings.duplicates} duplicates${lost > 0 ? `, ${lost} unsigned ones without an answer` : ''}
  ledger     ${result.batches} batches in ${result.blocks} blocks, ${result.transactions.valid} valid transactions
  lots       ${result.lots} lots, ${result.hops} hops
  trace      ${trace.lot}: ${trace.back} field lots behind it; its field lot went into ${trace.forward} case lots and to every store; ${trace.ms} ms
  excursion  ${result.excursions}, told by ${alerts.count} alert within ${alerts.msMax} ms
  fsck       ${fsck.ok ? 'every acknowledged reading is there exactly once' : 'FAULTS'}
`);
  for (const problem of problems) console.error(`demo: does not hold: ${problem}`);
  console.log(
    problems.length === 0
      ? `The story holds (${result.seconds} s).`
      : `The story does not hold: ${problems.length} problems.`,
  );
  if (values.json) console.log(JSON.stringify(result));
  return problems.length === 0 ? 0 : 1;
}

function count(name: 'seed' | 'devices' | 'lots' | 'readings'): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above 0`);
  return value;
}
