import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { help, readOptions } from './bench-options.ts';
import type { Section } from './figures.ts';
import { formatTable } from './format-table.ts';
import { machineFacts } from './machine-facts.ts';
import { runBench } from './run-bench.ts';

/** Looked at after each round, so that everything that was started is stopped in order. */
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interrupted.abort(new Error(`stopped by ${signal}`)));

const latest = resolve(import.meta.dirname, '../../bench/latest.json');

try {
  const options = readOptions(process.argv.slice(2));
  if (options) {
    const machine = machineFacts();
    const startedMs = Date.now();
    console.log(
      `${machine.cores} × ${machine.processor}, ${machine.memoryGigabytes} GB, ${machine.system}, Node ${machine.node}, ` +
        `workerd ${machine.workerd}; load before ${machine.loadBefore}\n`,
    );
    const sections: Section[] = [];
    await runBench(
      options,
      (line) => {
        interrupted.signal.throwIfAborted();
        console.error(`  … ${line}  (${((Date.now() - startedMs) / 1000).toFixed(0)} s)`);
      },
      (section) => {
        sections.push(section);
        console.log(`${formatTable(section)}\n`);
      },
    );
    const { json, ...sizes } = options;
    const file = json ?? latest;
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    const report = {
      format: 1,
      startedAt: new Date(startedMs).toISOString(),
      seconds,
      machine,
      options: sizes,
      sections,
    };
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`${seconds} s; results in ${json ?? 'bench/latest.json'}`);
  } else process.stdout.write(help);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
// Nothing is left to be done; a connection that lingers must not hold the end up.
process.exit();
