import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';

const program = resolve(import.meta.dirname, '../demo/main.ts');
const count = z.int().min(0);

/** The last line of `npm run demo -- --json`. */
const resultSchema = z.strictObject({
  ledger: z.literal('dev'),
  readings: z.strictObject({
    published: count,
    acknowledged: count,
    anchored: count,
    quarantined: count,
    duplicates: count,
    refused: count,
  }),
  batches: count,
  blocks: count,
  transactions: z.strictObject({ valid: count, invalid: count }),
  lots: count,
  hops: count,
  trace: z.strictObject({ lot: z.string(), back: count, forward: count, ms: z.number() }),
  excursions: count,
  alerts: z.strictObject({ count, msMax: z.number() }),
  fsck: z.strictObject({ ok: z.boolean(), missing: count, duplicated: count }),
  seconds: z.number(),
});

it('tells the story to its end on the dev ledger, holds it to its checks and prints its figures', {
  timeout: 400_000,
}, async () => {
  const { code, output, errors } = await run([
    '--json',
    '--lots',
    '8',
    '--devices',
    '30',
    '--readings',
    '1200',
    '--seed',
    '7',
  ]);
  expect(errors).toBe('');
  expect(code).toBe(0);
  const result = resultSchema.parse(JSON.parse(output.trimEnd().split('\n').at(-1) ?? ''));
  expect(result.readings.acknowledged).toBeGreaterThanOrEqual(1200);
  expect(result.readings.anchored + result.readings.quarantined).toBe(result.readings.acknowledged);
  expect(result).toMatchObject({
    lots: 8,
    trace: { back: 2, forward: 6 },
    excursions: 1,
    fsck: { ok: true, missing: 0, duplicated: 0 },
  });
});

it('refuses sizes that its story cannot have, and says the least', { timeout: 120_000 }, async () => {
  const { code, errors } = await run(['--devices', '3']);
  expect(code).toBe(1);
  expect(errors).toMatch(/at least \d+ devices/);
});

function run(args: string[]): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, output, errors }));
  });
}
