import { execFile } from 'node:child_process';
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  channelName,
  type Device,
  deviceSchema,
  enrolmentCodeDigest,
  fromBase64Url,
  openEnrolment,
  problem,
} from '@hopline/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRule } from './parse-rule.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const urn = 'urn:dev:ops:32473-probe-7';
const gln = '9521002000115';
const apiKey = 'hk_test';
const code = 'hc_once';

let server: Server;
let url: string;
let folder: string;
let registered: { proof: string | null; device: Device } | null;

/** The organisation's side of the exchange, with the protocol's own checks of what it is given. */
async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  if (request.headers.authorization !== `Bearer ${apiKey}`) {
    return { status: 401, body: problem('unauthenticated', 401, 'the API key is not known') };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : null;
  if (request.url === '/api/sites') return { status: 200, body: { sites: [{ gln, mspId: 'FreshHubMSP' }] } };
  if (request.url === '/api/enrolment-codes') {
    expect(body).toEqual({ purpose: 'device', subject: urn, expiresInMs: expect.any(Number) });
    return { status: 200, body: { code, expiresMs: Date.now() + 60_000 } };
  }
  expect(body.code).toBe(code);
  registered = { proof: body.proof, device: deviceSchema.parse(body.device) };
  return { status: 201, body: { password: 'secret', url: 'ws://127.0.0.1:1/mqtt' } };
}

beforeEach(async () => {
  registered = null;
  folder = await mkdtemp(join(tmpdir(), 'hopline-enrol-'));
  server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => response.writeHead(status).end(JSON.stringify(body)),
      (error: Error) => response.writeHead(500).end(JSON.stringify(problem('internal', 500, error.message))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(join(folder, 'admin.key'), `${apiKey}\n`);
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function enrol(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, HOPLINE_API_KEY: '' };
  try {
    const run = await promisify(execFile)(process.execPath, [main, ...args], { cwd: folder, env });
    return { code: 0, ...run };
  } catch (error) {
    const { code: exit, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code: exit, stdout, stderr };
  }
}

test('a device is enrolled with a new key, whose proof of possession holds', async () => {
  const given = ['--gateway', url, '--msp', 'FreshHubMSP', '--key', 'admin.key'];
  const run = await enrol(
    '--device',
    urn,
    '--site',
    gln,
    '--rule',
    'temperature:..5:30',
    '--out',
    'probe.json',
    ...given,
  );
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const proof = await openEnrolment(fromBase64Url(registered?.proof ?? ''), channelName);
  expect(proof).toMatchObject({ purpose: 'device', subject: urn, mspId: 'FreshHubMSP' });
  expect(proof.codeDigest).toBe(await enrolmentCodeDigest(code));
  expect(registered?.device).toMatchObject({ publicKey: proof.publicKey, place: gln, kind: 'probe' });
  expect(registered?.device.rules).toEqual([parseRule('temperature:..5:30')]);
  const keyFile = 'urn_dev_ops_32473-probe-7.key.json';
  expect(JSON.parse(await readFile(join(folder, keyFile), 'utf8')).x).toBe(proof.publicKey);
  expect((await stat(join(folder, keyFile))).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'probe.json'))).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(join(folder, 'probe.json'), 'utf8'))).toEqual({
    device: urn,
    url: 'ws://127.0.0.1:1/mqtt',
    username: urn,
    password: 'secret',
    keyFile,
    topic: `readings/${urn}`,
  });
  for (const shown of ['ws://127.0.0.1:1/mqtt', 'secret', keyFile]) expect(run.stdout).toContain(shown);

  // A second run takes the key that is there.
  expect(await enrol('--device', urn, '--site', `${gln},9521002000122`, '--kind', 'tracker', ...given)).toMatchObject({
    code: 0,
  });
  expect(registered?.device).toMatchObject({ publicKey: proof.publicKey, place: null, kind: 'tracker' });
  expect(registered?.device.assignments.map(({ node }) => node)).toEqual([`${gln}/0`, '9521002000122/0']);
});

test('next to npm start it finds gateway, organisation and key by itself; a legacy sensor needs no key', async () => {
  const gateways = [{ mspId: 'FreshHubMSP', url, adminKeyFile: 'admin.key' }];
  await writeFile(join(folder, 'state.json'), JSON.stringify({ gateways, edges: [{ node: `${gln}/0`, url }] }));
  const run = await enrol('--device', urn, '--site', gln, '--legacy', '--state', 'state.json');
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(registered).toMatchObject({ proof: null, device: { publicKey: null, kind: 'legacy', mspId: 'FreshHubMSP' } });
});

test('what is wrong is said in one line', async () => {
  const given = ['--gateway', url, '--msp', 'FreshHubMSP'];
  const cases: [string[], number, RegExp][] = [
    [['--device', 'probe', '--site', gln, '--key', 'admin.key'], 1, /not a device URN/],
    [['--device', urn, '--key', 'admin.key'], 2, /--site is missing/],
    [['--device', urn, '--site', '9521002000114', '--key', 'admin.key'], 1, /check digit/],
    [['--device', urn, '--site', gln], 2, /API key is needed/],
    [['--device', urn, '--site', gln, '--key', 'nothing'], 1, /cannot be read/],
    [['--device', urn, '--site', gln, '--key', 'admin.key', '--rule', 'warm'], 2, /a rule is written/],
  ];
  for (const [args, exit, words] of cases) {
    const run = await enrol(...args, ...given);
    expect(run.code, run.stderr).toBe(exit);
    expect(run.stderr).toMatch(words);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  }
  await writeFile(join(folder, 'wrong.key'), 'hk_other');
  const refused = await enrol('--device', urn, '--site', gln, '--key', 'wrong.key', ...given);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('401, the API key is not known') });
  const nobody = await enrol(
    '--device',
    urn,
    '--site',
    gln,
    '--key',
    'admin.key',
    '--gateway',
    'http://127.0.0.1:9',
    '--msp',
    'A',
  );
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer') });
});

test('rules are read as they are written', () => {
  expect(parseRule('temperature:..5:30')).toEqual({
    id: 'temperature-limit',
    stream: 'temperature',
    unit: 'Cel',
    min: null,
    max: 5000,
    durationMs: 1_800_000,
  });
  expect(parseRule('humidity:60..95.5:0')).toMatchObject({ unit: '%RH', min: 60_000, max: 95_500, durationMs: 0 });
  expect(parseRule('temperature:-18.5..:1')).toMatchObject({ min: -18_500, max: null });
  for (const wrong of ['temperature:5:30', 'temperature:..:30', 'noise:..5:30', 'temperature:..5']) {
    expect(() => parseRule(wrong)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  }
});
