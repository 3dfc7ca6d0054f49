import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { z } from 'zod';
import { readKeyFile } from '../../sensor-sim/src/device/key-file.ts';
import { createDevice, createMemoryStore, createRandom, type Device, openJournal } from '../../sensor-sim/src/index.ts';
import { runFsck } from '../demo/run-fsck.ts';

const enrolProgram = resolve(import.meta.dirname, '../../sensor-sim/src/enrol/main.ts');
const gln = '9521002000115';
const patienceMs = 60_000;
const readingsEach = 5;
const needsSchema = z.object({
  device: z.string(),
  url: z.string(),
  password: z.string(),
  keyFile: z.string().nullable(),
});

/** Enrols by the command that people use next to a running `npm start`, and reads what it tells the device. */
export async function enrol(stateFile: string, folder: string, device: string, ...args: string[]) {
  const out = join(folder, `${device.split(':').at(-1)}.json`);
  const given = ['--device', device, '--site', gln, '--state', stateFile, '--out', out, ...args];
  await promisify(execFile)(process.execPath, [enrolProgram, ...given], { cwd: folder });
  return needsSchema.parse(JSON.parse(await readFile(out, 'utf8')));
}

/** One that signs and one that cannot: both are enrolled, publish, and find each reading on the ledger by `npm run fsck`. */
export async function expectEnrolledDevicesOnLedger(stateFile: string, folder: string): Promise<void> {
  const journalFile = join(folder, 'journal.jsonl');
  const journal = openJournal(journalFile);
  const deviceFrom = async (needs: z.infer<typeof needsSchema>, protocolVersion: 4 | 5): Promise<Device> =>
    createDevice({
      device: needs.device,
      channel: 'provenance',
      key: needs.keyFile === null ? null : await readKeyFile(join(folder, needs.keyFile)),
      password: needs.password,
      protocolVersion,
      urlOf: () => needs.url,
      store: createMemoryStore(),
      journal,
      nowMs: Date.now,
      random: createRandom(1, needs.device),
      backoff: { firstMs: 100, mostMs: 1000 },
    });
  const devices = [
    await deviceFrom(await enrol(stateFile, folder, 'urn:dev:ops:32473-probe-7', '--rule', 'temperature:..5:30'), 5),
    await deviceFrom(await enrol(stateFile, folder, 'urn:dev:ops:32473-fridge-1', '--legacy'), 4),
  ];
  for (const device of devices) {
    await device.connect(`${gln}/0`);
    for (let count = 0; count < readingsEach; count++) {
      await device.record([{ bn: `${device.urn}_`, bt: Date.now() / 1000, n: 'temperature', u: 'Cel', v: 3 + count }]);
    }
    expect(await device.drain(patienceMs), device.lastFailure ?? '').toBe(true);
    expect(device.tally).toMatchObject({ acknowledged: readingsEach, quarantined: {}, refused: {}, lost: 0 });
    await device.stop();
  }
  journal.close();
  const count = devices.length * readingsEach;
  const report = await runFsck(stateFile, patienceMs / 1000, ['--journal', journalFile]);
  expect(report).toMatchObject({ ok: true, acknowledged: count, anchored: count, faults: [] });
}
