import { uploadResultSchema } from '@hopline/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EdgeNode } from './edge-node.ts';
import { type Network, type RunningGateway, startNetwork } from './network.ts';

const gln = '4012345000009';
let network: Network;
let gateway: RunningGateway;
let edge: EdgeNode;

beforeAll(async () => {
  network = await startNetwork();
  gateway = await network.start('freshHub');
  await gateway.api.send('PUT', `/api/sites/${gln}`, { name: 'Warehouse north', kind: 'warehouse' });
  edge = await EdgeNode.enrol(gateway, 'FreshHubMSP', `${gln}/0`, Date.now() - 60_000);
}, 60_000);

afterAll(() => network?.stop());

test('a statement is anchored, projected and answered', async () => {
  const response = await edge.upload([await edge.seal()]);
  const { results } = uploadResultSchema.parse(await response.json());
  expect(results).toMatchObject([{ node: edge.node, sequence: 0 }]);
  const { batches } = (await gateway.api.get('/api/batches')) as { batches: unknown[] };
  expect(batches).toMatchObject([
    { node: edge.node, sequence: 0, transactionId: results[0]?.transactionId, block: results[0]?.block, summary: true },
  ]);
});
