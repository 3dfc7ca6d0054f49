import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { countsFileVariable } from './reporter/count-reporter.ts';

/**
 * `npm test`: the linter, the compiler and every test of the project. Ends with one plain line,
 * `N passed, N failed, N skipped`. Arguments are handed on to Vitest: `npm test -- --project protocol`.
 */
const root = resolve(import.meta.dirname, '..');
const compileCache = join(root, 'node_modules/.cache/hopline/compiled');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const countsSchema = z.object({ passed: z.number(), failed: z.number(), skipped: z.number() });

const checks: [string, string, string[]][] = [
  ['lint', bin('biome'), ['check', '--error-on-warnings', '.']],
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the edge worker', bin('tsc'), ['-p', 'edge-worker/tsconfig.json']],
  ['types of its local runner', bin('tsc'), ['-p', 'edge-worker/local']],
  ['types of its tests', bin('tsc'), ['-p', 'edge-worker/testing']],
];

const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, command, args] of checks) {
  process.stdout.write(`${name} … `);
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  const passed = result.status === 0;
  console.log(passed ? 'ok' : `failed\n${result.stdout}${result.stderr}`);
  total[passed ? 'passed' : 'failed']++;
}

const vitest = runVitest(process.argv.slice(2));
total.passed += vitest.passed;
total.failed += vitest.failed;
total.skipped += vitest.skipped;

console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function runVitest(args: string[]): z.infer<typeof countsSchema> {
  const folder = mkdtempSync(join(tmpdir(), 'hopline-test-'));
  const file = join(folder, 'counts.json');
  try {
    const reporters = ['--reporter=default', `--reporter=${join(root, 'test/reporter/count-reporter.ts')}`];
    const result = spawnSync(bin('vitest'), ['run', ...reporters, ...args], {
      cwd: root,
      stdio: 'inherit',
      // Node keeps what it has made of our TypeScript: the processes that tests start, hundreds of them, start in half the time.
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env, [countsFileVariable]: file },
    });
    const counts = countsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    // Vitest may fail for a reason that is no test, such as an error after the last one.
    return result.status === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } catch (error) {
    console.error(`vitest gave no counts: ${(error as Error).message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
