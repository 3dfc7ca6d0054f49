import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyDataFolder, isDeployed, openDataFolder, recordDeployment, recordNetwork } from './data-folder.ts';
import { withDataLock } from './data-lock.ts';
import { DEFAULT_PORT_BASE } from './network-plan.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fabric-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('openDataFolder', () => {
  it('keeps the ports that a network was begun with, since they are part of the channel', async () => {
    expect(await openDataFolder(folder, 21_000)).toBe(21_000);
    await recordNetwork(folder, 21_000);
    expect(await openDataFolder(folder, undefined)).toBe(21_000);
    expect(await openDataFolder(folder, 21_000)).toBe(21_000);
    await expect(openDataFolder(folder, 22_000)).rejects.toMatchObject({
      code: 'DATA_MISMATCH',
      message: expect.stringContaining('--fresh'),
    });
  });

  it('has default ports, and holds nobody to what was only looked at', async () => {
    expect(await openDataFolder(folder, undefined)).toBe(DEFAULT_PORT_BASE);
    expect(await openDataFolder(folder, 22_000)).toBe(22_000);
  });

  it.each([JSON.stringify({ layout: 99, portBase: 21_000 }), 'torn {'])(
    'refuses %s until it is emptied',
    async (text) => {
      await writeFile(join(folder, 'network.json'), text);
      await expect(openDataFolder(folder, undefined)).rejects.toMatchObject({ code: 'DATA_MISMATCH' });
      await emptyDataFolder(folder);
      expect(await openDataFolder(folder, 22_000)).toBe(22_000);
    },
  );
});

describe('emptyDataFolder', () => {
  it('empties a folder that holds a network', async () => {
    await recordNetwork(folder, 21_000);
    await recordDeployment(folder, ['a']);
    await emptyDataFolder(folder);
  });

  it("never touches somebody's other files", async () => {
    await writeFile(join(folder, 'thesis.txt'), 'x');
    await expect(emptyDataFolder(folder)).rejects.toMatchObject({ code: 'DATA_MISMATCH' });
    await expect(openDataFolder(folder, undefined)).rejects.toMatchObject({ code: 'DATA_MISMATCH' });
    expect(await readdir(folder)).toEqual(['thesis.txt']);
  });
});

describe('recordDeployment', () => {
  it('holds for the same packages only', async () => {
    expect(await isDeployed(folder, ['a'])).toBe(false);
    await recordDeployment(folder, ['a']);
    expect(await isDeployed(folder, ['a'])).toBe(true);
    expect(await isDeployed(folder, ['b'])).toBe(false);
  });
});

describe('withDataLock', () => {
  it('keeps a second one out while the first works, and lets it in afterwards', async () => {
    await withDataLock(folder, async () => {
      await expect(withDataLock(folder, async () => {})).rejects.toMatchObject({
        code: 'DATA_LOCKED',
        message: expect.stringContaining(folder),
      });
    });
    expect(await withDataLock(folder, async () => 'in')).toBe('in');
  });

  it('is released by a failure', async () => {
    await expect(withDataLock(folder, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withDataLock(folder, async () => 'in')).toBe('in');
  });
});
