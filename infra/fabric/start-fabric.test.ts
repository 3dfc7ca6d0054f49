import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConnectionProfile } from '../connection-profile.ts';
import { isPortFree } from '../free-ports.ts';
import { packageChaincode } from './chaincode-package.ts';
import { endorsersOf } from './fixtures/endorsers-of.ts';
import { submitUntilCommitted } from './fixtures/submit-until-committed.ts';
import { freePortBase } from './free-port-base.ts';
import { ProcessFolder, type ProcessRecord } from './node-process.ts';
import { connectGateway } from './probe.ts';
import { type FabricNetwork, type FabricOptions, startFabric, stopFabric } from './start-fabric.ts';

const fabricBin = process.env.FABRIC_BIN;
const STEP_TIMEOUT_MS = 240_000;

describe('startFabric without programs', () => {
  it('says what is missing before it touches anything', async () => {
    const dataDir = join(tmpdir(), 'fabric-never-made');
    await expect(startFabric({ dataDir, fabricBin: undefined })).rejects.toMatchObject({ code: 'FABRIC_BIN_MISSING' });
    await expect(readFile(join(dataDir, 'network.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

if (!fabricBin) console.warn('The tests of a real Fabric network are skipped: FABRIC_BIN is not set.');

describe.skipIf(!fabricBin)('a real Fabric network', { timeout: STEP_TIMEOUT_MS }, () => {
  let dataDir: string;
  let options: FabricOptions;
  let network: FabricNetwork;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'fabric-network-'));
    const script = resolve(import.meta.dirname, 'fixtures/notes-chaincode.ts');
    options = {
      dataDir,
      fabricBin,
      portBase: await freePortBase(Math.random),
      chaincodeCommand: () => ({ command: process.execPath, args: [script], cwd: resolve(import.meta.dirname) }),
    };
    network = await startFabric(options);
  }, STEP_TIMEOUT_MS);

  afterAll(async () => {
    await stopFabric(dataDir);
    await rm(dataDir, { recursive: true });
  }, STEP_TIMEOUT_MS);

  const running = () => new ProcessFolder(dataDir, {}).running();

  async function pidOf(name: string): Promise<number> {
    const record = (await running()).find((one) => one.name === name);
    if (!record) throw new Error(`${name} does not run`);
    return record.pid;
  }

  /** Submits through an organisation's peer and waits for the commit there. */
  async function put(mspId: string, key: string, value: string): Promise<{ valid: boolean; endorsers: string[] }> {
    return as(mspId, async ({ gateway }) => {
      const { channel } = network.profile;
      const { transactionId, valid } = await submitUntilCommitted(gateway, network.profile, 'put', [key, value]);
      return { valid, endorsers: await endorsersOf(gateway, channel, transactionId) };
    });
  }

  async function get(mspId: string, key: string): Promise<string> {
    return as(mspId, async ({ gateway }) => {
      const contract = gateway.getNetwork(network.profile.channel).getContract(network.profile.chaincode);
      return Buffer.from(await contract.evaluateTransaction('get', key)).toString();
    });
  }

  type Connection = Awaited<ReturnType<typeof connectGateway>>;
  async function as<T>(mspId: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    const organisation = network.profile.organisations.find((one) => one.mspId === mspId);
    if (!organisation) throw new Error(`no organisation ${mspId}`);
    const connection = await connectGateway(organisation);
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  }

  it.each(['GrowersMSP', 'FreshHubMSP', 'RetailMSP'])('commits for %s what a majority has endorsed', async (mspId) => {
    const { valid, endorsers } = await put(mspId, `by ${mspId}`, 'first');
    expect(valid).toBe(true);
    expect(new Set(endorsers).size).toBeGreaterThanOrEqual(2);
    expect(endorsers).toContain(mspId);
    expect(await get(mspId, `by ${mspId}`)).toBe('first');
  });

  it('writes the profile that it returns', async () => {
    expect(await readConnectionProfile(network.profileFile)).toEqual(network.profile);
  });

  it('changes nothing when it is brought up again', async () => {
    const before = await running();
    await startFabric(options);
    expect(await running()).toEqual(before);
    expect(before).toHaveLength(10);
  });

  it('commits with an orderer killed, the leader among them, and takes it back', async () => {
    process.kill(await pidOf('orderer1'), 'SIGKILL');
    expect(await put('GrowersMSP', 'killed', 'orderer1')).toMatchObject({ valid: true });

    const others = (await running()).filter(({ name }) => name !== 'orderer1');
    await startFabric(options);
    const now = await running();
    expect(now).toHaveLength(10);
    expect(now).toEqual(expect.arrayContaining(others));

    // Three of four must agree, so this one commits only if the first is back in its place.
    process.kill(await pidOf('orderer2'), 'SIGKILL');
    expect(await put('RetailMSP', 'killed', 'orderer2')).toMatchObject({ valid: true });
    expect(await get('RetailMSP', 'killed')).toBe('orderer2');
    await startFabric(options);
  });

  it('keeps every committed value when all its processes are killed at once', async () => {
    for (const { pid } of await running()) process.kill(pid, 'SIGKILL');
    network = await startFabric(options);
    expect(await get('FreshHubMSP', 'by GrowersMSP')).toBe('first');
    expect(await get('FreshHubMSP', 'killed')).toBe('orderer2');
    expect(await put('FreshHubMSP', 'after', 'the fall')).toMatchObject({ valid: true });
  });

  it('moves a chaincode to another address, and leaves an external one alone', async () => {
    const own = network.profile.organisations[0];
    const moved = await freePortBase(Math.random);
    const folder = new ProcessFolder(join(dataDir, 'external'), { PATH: process.env.PATH ?? '' });
    const script = resolve(import.meta.dirname, 'fixtures/notes-chaincode.ts');
    let external: ProcessRecord | undefined;
    try {
      const chaincodeCommand: FabricOptions['chaincodeCommand'] = (start) => {
        expect(start.mspId).not.toBe(own?.mspId);
        return { command: process.execPath, args: [script], cwd: resolve(import.meta.dirname) };
      };
      const { id } = packageChaincode('hopline', `127.0.0.1:${moved}`);
      external = await folder.start({
        name: 'external',
        command: process.execPath,
        args: [script],
        cwd: resolve(import.meta.dirname),
        env: { CHAINCODE_ID: id, CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${moved}` },
        configuration: '',
        ports: [],
        readiness: { port: moved, tls: null },
      });
      await startFabric({ ...options, chaincode: { GrowersMSP: `127.0.0.1:${moved}` }, chaincodeCommand });
      expect((await running()).map(({ name }) => name)).not.toContain('chaincode-growers');
      expect(await put('GrowersMSP', 'moved', 'yes')).toMatchObject({ valid: true });
      await startFabric(options);
      expect(await put('GrowersMSP', 'moved', 'back')).toMatchObject({ valid: true });
    } finally {
      if (external) await folder.stop([external]);
    }
  });

  it('leaves no process and no port after it was stopped, and keeps the data', async () => {
    const before = await running();
    await network.stop();
    expect(await running()).toEqual([]);
    for (const { pid } of before) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    for (const { peer } of network.profile.organisations) {
      expect(await isPortFree(Number(peer.address.split(':')[1]))).toBe(true);
    }
    expect(await stopFabric(dataDir)).toEqual([]);
    network = await startFabric({ ...options, portBase: undefined });
    expect(await get('GrowersMSP', 'after')).toBe('the fall');
  });

  it('stops what it has started where a step fails', async () => {
    await network.stop();
    const broken = { command: process.execPath, args: ['-e', 'process.exit(7)'], cwd: dataDir };
    await expect(startFabric({ ...options, chaincodeCommand: () => broken })).rejects.toMatchObject({
      code: 'PROCESS_EXITED',
      message: expect.stringContaining('chaincode-'),
    });
    expect(await running()).toEqual([]);
  });
});
