import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { figure, percentile, usualSections } from './figures.ts';
import { formatNumber, formatTable } from './format-table.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, 'main.ts');
const bench = (...args: string[]) => run(process.execPath, [main, ...args]);
const tiny = {
  rounds: '1',
  messages: '200',
  readings: '200',
  devices: '4',
  batch: '50',
  transactions: '6',
  clients: '1,3',
  idle: '10',
  settle: '1',
  queries: '2',
  recalled: '12',
} as const;
const wholeRunMs = 120_000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the program measures everything at tiny sizes, prints its tables and keeps the figures', {
  timeout: wholeRunMs,
}, async () => {
  const file = join(folder, 'out.json');
  const sizes = Object.entries(tiny).flatMap(([name, value]) => [`--${name}`, value]);
  const { stdout } = await bench(...sizes, '--json', file);
  const report = JSON.parse(await readFile(file, 'utf8'));
  expect(report.machine.cores).toBeGreaterThan(0);
  expect(report.sections.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(usualSections));
  for (const section of report.sections) {
    expect(stdout).toContain(section.title);
    for (const { name, median, rounds } of section.figures) {
      expect(stdout).toContain(name);
      expect(rounds.length).toBeGreaterThan(0);
      expect(median, name).toBeGreaterThanOrEqual(0);
    }
  }
  const { figures } = report.sections.find(({ name }: { name: string }) => name === 'anchoring');
  const names = figures.map(({ name }: { name: string }) => name);
  expect(names).toContain('end to end, 2 edge nodes');
  expect(names).toContain('ratio of the two, best against best');
});

test('help explains it; a wrong argument is told in one line and measures nothing', {
  timeout: wholeRunMs,
}, async () => {
  expect((await bench('--help')).stdout).toContain('npm run bench');
  for (const [args, said] of [
    [['--only', 'everything'], '--only knows'],
    [['--rounds', '0'], '--rounds must be'],
    [['--ledger', 'paper'], '--ledger must be'],
    [['--clients', '4,many'], '--clients must be'],
  ] as const) {
    await expect(bench(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
  }
});

test('figures are medians with their spread', () => {
  expect(figure('a', 's', [9, 1, 5])).toMatchObject({ median: 5, min: 1, max: 9, rounds: [9, 1, 5] });
  expect(figure('a', 's', [4, 2])).toMatchObject({ median: 3 });
  expect(() => figure('a', 's', [])).toThrow(RangeError);
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99)]).toEqual([50, 99]);
});

test('a table lines its columns up and leaves the spread of a single round out', () => {
  const figures = [figure('short', 'ms', [1.234]), figure('a longer name', 'readings/s', [12_345.6, 1000, 20_000])];
  const lines = formatTable({ name: 'mqtt', title: 'Title', figures, notes: ['so it was'] }).split('\n');
  expect(lines).toEqual([
    'Title',
    '                 median          spread  unit',
    '  short            1.23                  ms',
    '  a longer name  12,346  1,000 – 20,000  readings/s',
    '  · so it was',
  ]);
  expect([0, 0.5004, 99.94, 100.4].map(formatNumber)).toEqual(['0', '0.5', '99.9', '100']);
});
