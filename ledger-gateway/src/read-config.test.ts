import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './read-config.ts';

let folder: string;
const gateway = (mspId: string) => ({
  mspId,
  organisation: { name: mspId },
  ledger: {
    channel: 'provenance',
    chaincode: 'hopline',
    peer: { address: '127.0.0.1:7051', tls: { rootCertFile: 'tls/ca.pem', hostOverride: null } },
    identity: { certFile: 'cert.pem', keyFile: '/keys/key.pem' },
  },
  dataFolder: `data/${mspId}`,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-config-'));
  await writeFile(join(folder, 'one.json'), JSON.stringify(gateway('GrowersMSP')));
  await writeFile(
    join(folder, 'two.json'),
    JSON.stringify({ gateways: [gateway('GrowersMSP'), gateway('RetailMSP')] }),
  );
  await writeFile(join(folder, 'wrong.json'), JSON.stringify({ ...gateway('GrowersMSP'), databaseURL: 'x' }));
});

afterAll(() => rm(folder, { recursive: true }));

test('paths are relative to the file', async () => {
  const [options] = await readConfig(join(folder, 'one.json'), {});
  expect(options).toMatchObject({
    dataFolder: join(folder, 'data', 'GrowersMSP'),
    ledger: {
      identity: { certFile: join(folder, 'cert.pem'), keyFile: '/keys/key.pem' },
      peer: { tls: { rootCertFile: join(folder, 'tls', 'ca.pem') } },
    },
    host: '127.0.0.1',
  });
});

test('the environment overrides the file', async () => {
  const environment = { PORT: '8080', HOST: '0.0.0.0', DATABASE_URL: 'postgresql://x/y', LOG_LEVEL: 'warn' };
  const [options] = await readConfig(join(folder, 'one.json'), environment);
  expect(options).toMatchObject({ port: 8080, host: '0.0.0.0', databaseUrl: 'postgresql://x/y', logLevel: 'warn' });
});

test('several gateways each have a database of their own', async () => {
  const file = join(folder, 'two.json');
  const all = await readConfig(file, { DATABASE_URL: 'postgresql://x/hopline_{msp}' });
  expect(all.map((options) => options.databaseUrl)).toEqual([
    'postgresql://x/hopline_growersmsp',
    'postgresql://x/hopline_retailmsp',
  ]);
  await expect(readConfig(file, { DATABASE_URL: 'postgresql://x/y' })).rejects.toThrow('{msp}');
  await expect(readConfig(file, { PORT: '8080' })).rejects.toThrow('PORT');
});

test('a member that is not known is an error, not a default', async () => {
  await expect(readConfig(join(folder, 'wrong.json'), {})).rejects.toThrow(/databaseURL/);
});
