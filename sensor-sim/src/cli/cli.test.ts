import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseReading, readRecords, toBase64Url } from '@hopline/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBroker, type TestBroker } from '../../test-support/broker.ts';
import { readKeyFile } from '../device/key-file.ts';
import { fleetPlanSchema } from '../fleet/plan.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const ambient = fileURLToPath(new URL('../../../data/sensors/ambient_temperature_system_failure.csv', import.meta.url));

let broker: TestBroker;
let folder: string;
beforeEach(async () => {
  broker = await startBroker();
  folder = await mkdtemp(join(tmpdir(), 'hopline-cli-'));
});
afterEach(() => broker.close());

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function start(...args: string[]): Run {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Awaited<Run['ended']>>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

const sim = (...args: string[]) => start(...args).ended;

test('help names every command, and every command explains its options', async () => {
  const { code, stdout } = await sim('--help');
  expect(code).toBe(0);
  for (const command of ['fleet', 'load', 'replay', 'relay', 'keygen']) {
    expect(stdout).toContain(`  ${command} `);
    const help = await sim(command, '--help');
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--help') });
  }
});

test('wrong use is told in one line, with its own exit code', async () => {
  const cases: [string[], RegExp][] = [
    [['flood'], /no command "flood"/],
    [['load', '--speed', '3'], /Unknown option '--speed'/],
    [['load'], /--url is missing/],
    [['load', '--url', broker.url, '--messages', 'many'], /--messages must be a number/],
    [['load', '--url', broker.url, '--mqtt', '3'], /--mqtt must be 4 or 5/],
    [['fleet', '--url', broker.url, '--hours', '-1'], /--hours/],
  ];
  for (const [args, words] of cases) {
    const run = await sim(...args);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(words) });
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  }
});

test('load prints what was acknowledged', async () => {
  const run = await sim('load', '--url', broker.tcpUrl, '--devices', '2', '--messages', '200', '--json');
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(run.stdout)).toMatchObject({ acknowledged: 200, connections: 2 });
  const words = await sim('load', '--url', broker.tcpUrl, '--messages', '100', '--unsigned');
  expect(words.stdout).toMatch(/^100 acknowledged in /);
});

test('keygen makes a key that replay signs a recording with', async () => {
  const made = await sim('keygen', '--out', 'probe.json');
  expect(made.code).toBe(0);
  const key = await readKeyFile(join(folder, 'probe.json'));
  expect(made.stdout).toContain(toBase64Url(key.publicKey));
  expect(await sim('keygen', '--out', 'probe.json')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/exists/),
  });

  const device = ['--device', 'urn:dev:ops:32473-probe-7', '--url', broker.url, '--mqtt', '4'];
  const recording = ['--csv', ambient, '--unit', 'fahrenheit', '--last', '48', '--keep-times'];
  const run = await sim('replay', ...device, ...recording, '--key-file', 'probe.json', '--journal', 'acks.jsonl');
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const readings = broker.publishes.filter(({ topic }) => topic.startsWith('readings/'));
  expect(readings).toHaveLength(48);
  const [record] = readRecords(parseReading(readings.at(-1)?.payload ?? new Uint8Array()));
  // The file's last row: 2014-05-28 15:00:00, 72.58408858 °F.
  expect(record).toMatchObject({ timeMs: Date.UTC(2014, 4, 28, 15), value: { value: 22.5467 } });
  expect((await readFile(join(folder, 'acks.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(48);
});

test('a relay lets a client without WebSocket publish, and tells of a port in use', async () => {
  const relay = start('relay', '--url', broker.url, '--port', '0');
  const line = await new Promise<string>((resolve) =>
    relay.child.stdout?.once('data', (chunk) => resolve(String(chunk))),
  );
  const url = /mqtt:\/\/\S+/.exec(line)?.[0] ?? '';
  expect(await sim('load', '--url', url, '--messages', '50', '--devices', '2', '--json')).toMatchObject({ code: 0 });
  expect(broker.publishes.filter(({ topic }) => topic.startsWith('readings/'))).toHaveLength(50);
  const second = await sim('relay', '--url', broker.url, '--port', new URL(url).port);
  expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining(`port ${new URL(url).port} of`) });
  relay.child.kill('SIGINT');
  expect((await relay.ended).code).toBe(0);
});

test('a fleet can be written down, run from the file, and stopped by Ctrl-C', async () => {
  const small = ['--devices', '25', '--hours', '2', '--readings', '100'];
  expect(await sim('fleet', ...small, '--write-plan', 'plan.json')).toMatchObject({ code: 0 });
  const text = await readFile(join(folder, 'plan.json'), 'utf8');
  expect(fleetPlanSchema.parse(JSON.parse(text)).devices).toHaveLength(25);

  const run = await sim('fleet', '--plan', 'plan.json', '--url', broker.url, '--mqtt', '4', '--hours', '2', '--json');
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(run.stdout)).toMatchObject({ devices: 25, pending: 0 });

  const live = start('fleet', ...small, '--url', broker.url, '--mqtt', '4', '--live', '--every', '1', '--memory', 'm');
  const before = broker.publishes.length;
  while (broker.publishes.length < before + 300) await new Promise((resolve) => setTimeout(resolve, 50));
  live.child.kill('SIGINT');
  const ended = await live.ended;
  expect(ended.code).toBe(0);
  expect(ended.stderr).toMatch(/stopping/);
  expect(ended.stdout).toMatch(/acknowledged/);

  await writeFile(join(folder, 'plan.json'), text.replace('"format": 1', '"format": 2'));
  const refused = await sim('fleet', '--plan', 'plan.json', '--url', broker.url);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('format') });
});
