import { readFile, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TestDevice } from '../testing/test-device.ts';
import { TestEdge, testNode } from '../testing/test-edge.ts';
import { buildWorker, startLocalEdge } from './index.ts';

let edge: TestEdge;
afterEach(() => edge.stop());

test('secrets are in one file for its owner, and on no command line', async () => {
  edge = await TestEdge.start({}, [await TestDevice.make('local-1', testNode)]);
  const nodes = join(edge.dataDir, 'nodes.json');
  expect(await readFile(nodes, 'utf8')).toContain('gateway-token-of-the-tests');
  expect((await stat(nodes)).mode & 0o077).toBe(0);
  expect(await readFile(join(edge.dataDir, 'workerd.capnp'), 'utf8')).not.toContain('token-of-the-tests');
  const commandLine = await readFile(`/proc/${edge.edge.pid}/cmdline`, 'utf8').catch(() => '');
  expect(commandLine).not.toContain('token');
});

test('a folder that is in use is refused, and so is a port, by name', async () => {
  edge = await TestEdge.start({}, []);
  const nodes = {};
  await expect(startLocalEdge({ dataDir: edge.dataDir, port: 0, nodes })).rejects.toThrow(`${edge.dataDir} is in use`);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dataDir = join(edge.dataDir, 'another');
  await expect(startLocalEdge({ dataDir, port, nodes })).rejects.toThrow(`port ${port} is in use`);
  server.close();
});

test('a configuration that is malformed is refused before anything runs', async () => {
  edge = await TestEdge.start({}, []);
  const nodes = { 'no-node': { mspId: '' } } as never;
  const dataDir = join(edge.dataDir, 'bad');
  await expect(startLocalEdge({ dataDir, port: 0, nodes })).rejects.toThrow('mspId');
  // And leaves the folder free.
  await expect(startLocalEdge({ dataDir, port: 0, nodes })).rejects.toThrow('mspId');
});

test('timers go on after a restart without anybody calling', async () => {
  const device = await TestDevice.make('local-2', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 1500 }, [device]);
  const client = await edge.connect(device);
  await client.publishAsync(device.topic, Buffer.from(await device.reading()), { qos: 1 });
  await edge.kill();
  await edge.up();
  await edge.until('the reading is on the ledger', () => edge.peer.chain.anchored[0]?.statement.size === 1);
});

test('the bundle is the one that wrangler would deploy', async () => {
  edge = await TestEdge.start({}, []);
  const bundle = await readFile(await buildWorker(), 'utf8');
  expect(bundle).toContain('EdgeNode');
  expect(await readFile(join(edge.dataDir, 'worker.js'), 'utf8')).toBe(bundle);
});
