import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFabricBinaries } from './fabric-binaries.ts';

const TOOLS = ['peer', 'orderer', 'configtxgen', 'cryptogen', 'osnadmin'];
const STEPS = ['detect', 'build', 'release'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fabric-binaries-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function addPrograms(where: string, names: string[], mode = 0o755): Promise<void> {
  await mkdir(where, { recursive: true });
  for (const name of names) await writeFile(join(where, name), '', { mode });
}

describe('findFabricBinaries', () => {
  it.each([undefined, ''])('says what is needed where FABRIC_BIN is %j', async (value) => {
    const failure = await findFabricBinaries(value).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'FABRIC_BIN_MISSING' });
    for (const word of ['FABRIC_BIN is not set', '3.1', 'builders/ccaas', 'dev ledger', ...TOOLS]) {
      expect((failure as Error).message).toContain(word);
    }
  });

  it('finds the builder in the folder', async () => {
    await addPrograms(folder, TOOLS);
    await addPrograms(join(folder, 'builders/ccaas/bin'), STEPS);
    const found = await findFabricBinaries(folder);
    expect(found.peer).toBe(join(folder, 'peer'));
    expect(found.ccaasBuilder).toBe(join(folder, 'builders/ccaas'));
  });

  it('finds the builder beside the folder, as the release archive has it', async () => {
    await addPrograms(join(folder, 'bin'), TOOLS);
    await addPrograms(join(folder, 'builders/ccaas/bin'), STEPS);
    expect((await findFabricBinaries(join(folder, 'bin'))).ccaasBuilder).toBe(join(folder, 'builders/ccaas'));
  });

  it('names what is absent or not executable', async () => {
    await addPrograms(folder, ['peer', 'configtxgen', 'cryptogen']);
    await addPrograms(folder, ['orderer'], 0o644);
    await addPrograms(join(folder, 'builders/ccaas/bin'), ['detect', 'build']);
    await expect(findFabricBinaries(folder)).rejects.toThrow(
      `${folder}, which lacks: orderer, osnadmin, builders/ccaas/bin/{detect,build,release}.`,
    );
  });
});
