import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPortBase } from '../../infra/start/port-plan.ts';
import { enrol, expectEnrolledDevicesOnLedger } from './enrolled-devices.ts';
import { countsAt, partsOf, type Started, start, startProgram, until } from './started.ts';

const size = ['--devices', '30', '--lots', '8', '--readings', '1000'];
const caseTimeoutMs = 300_000;

let folder = '';
let dataDir = '';
let portBase = 0;
let running: Started | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-start-'));
  dataDir = join(folder, 'data');
  portBase = await findPortBase(Math.random);
});

afterAll(async () => {
  await running?.interrupt();
  await rm(folder, { recursive: true, force: true });
}, caseTimeoutMs);

describe('a first start, and what is done next to it', () => {
  it('starts everything and tells the story', { timeout: caseTimeoutMs }, async () => {
    running = start(dataDir, portBase, size);
    await running.wrote(/story told/);
    await until('the readings are anchored', async () => {
      const { readings, lots } = await countsAt(dataDir);
      return readings >= 1000 && lots === 8;
    });
  });

  it('has the readings of devices that are enrolled by the command on the ledger', {
    timeout: caseTimeoutMs,
  }, async () => {
    await expectEnrolledDevicesOnLedger(join(dataDir, 'hopline.json'), folder);
  });

  it("refuses to enrol a device again in the gateway's words", { timeout: caseTimeoutMs }, async () => {
    await rm(join(folder, '32473-fridge-1.json'));
    const again = enrol(join(dataDir, 'hopline.json'), folder, 'urn:dev:ops:32473-fridge-1', '--legacy');
    await expect(again).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('enrolled already') });
  });
});

describe('later starts', () => {
  it('go on from the data after Ctrl-C, which leaves no process', { timeout: caseTimeoutMs }, async () => {
    const before = await countsAt(dataDir);
    const alive = await partsOf(dataDir);
    // Ledger, three chaincodes, the gateways, two edge nodes.
    expect(alive()).toHaveLength(7);
    expect(await running?.interrupt()).toBe(0);
    expect(alive()).toEqual([]);
    running = start(dataDir, portBase, size);
    await running.wrote(/devices ·/);
    const counts = await countsAt(dataDir);
    expect(counts.readings).toBeGreaterThanOrEqual(before.readings);
    expect(counts).toMatchObject({ lots: before.lots, devices: before.devices });
    // The live fleet adds to what was there.
    await until('more readings come', async () => (await countsAt(dataDir)).readings > counts.readings);
    expect(running.output()).not.toMatch(/story told/);
  });

  it('end what a killed starter has left running', { timeout: caseTimeoutMs }, async () => {
    const before = await countsAt(dataDir);
    const left = await partsOf(dataDir);
    await running?.kill();
    expect(left()).toHaveLength(7);
    running = start(dataDir, portBase, size);
    await running.wrote(/devices ·/);
    expect(left()).toEqual([]);
    expect((await countsAt(dataDir)).readings).toBeGreaterThanOrEqual(before.readings);
    const alive = await partsOf(dataDir);
    expect(await running.interrupt()).toBe(0);
    expect(alive()).toEqual([]);
  });
});

describe('a start that cannot be', () => {
  const refused = (...args: string[]) => {
    const { FABRIC_BIN: _, ...env } = process.env;
    const { status, stderr } = spawnSync(process.execPath, [startProgram, ...args], { encoding: 'utf8', env });
    expect(status).toBe(1);
    return stderr;
  };

  it('names the port that is in use, and what wanted it', { timeout: 60_000 }, async () => {
    const base = await findPortBase(Math.random);
    const squatter = createServer().listen(base + 10, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const said = refused('--data', join(folder, 'ports'), '--port-base', String(base));
      expect(said).toContain(`port ${base + 10}, wanted by an edge node, is in use`);
    } finally {
      squatter.close();
    }
  });

  it('tells in one line what it does not understand', { timeout: 60_000 }, () => {
    expect(refused('--bogus')).toBe("hopline: Unknown option '--bogus'; --help explains it\n");
    expect(refused('--lots', 'some')).toBe('hopline: --lots must be a whole number from 1 to 8000\n');
  });

  it('leaves a folder alone that holds somebody’s own things, --fresh or not', { timeout: 60_000 }, async () => {
    const own = await mkdtemp(join(folder, 'own-'));
    await writeFile(join(own, 'letter.txt'), 'mine');
    expect(refused('--fresh', '--data', own)).toContain('holds other things than Hopline');
    expect(await readdir(own)).toEqual(['letter.txt']);
  });

  it('says what is missing where Fabric is asked for and FABRIC_BIN is not set', { timeout: 60_000 }, () => {
    const args = ['--ledger', 'fabric', '--data', join(folder, 'fabric'), '--port-base', String(portBase)];
    expect(refused(...args)).toContain('FABRIC_BIN is not set');
  });
});
