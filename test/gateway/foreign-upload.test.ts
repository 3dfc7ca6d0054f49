import {
  encodeUpload,
  generateSigningKey,
  type SealedBatch,
  summaryDigest,
  toBase64Url,
  uploadResultSchema,
} from '@hopline/protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { httpLimits } from '../../ledger-gateway/src/http/limits.ts';
import { EdgeNode } from './edge-node.ts';
import { apiOf, mspIds, type Network, type RunningGateway, startNetwork } from './network.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** Statements at the gateway of an organisation that the node is not of, and that has given it no token. */
const gln = '9521002000115';
let network: Network;
let own: RunningGateway;
let foreign: RunningGateway;
let nodes = 0;

beforeAll(async () => {
  network = await startNetwork();
  [own, foreign] = await Promise.all([network.start('freshHub'), network.start('retail')]);
  await own.api.send('PUT', `/api/sites/${gln}`, { name: 'Warehouse', kind: 'warehouse' });
});
afterAll(() => network?.stop());

const newNode = () => EdgeNode.enrol(own, mspIds.freshHub, `${gln}/${nodes++}`, Date.now() - 3_600_000);

async function bring(batches: readonly SealedBatch[], token: string | null = null) {
  const response = await apiOf(foreign.url, token).fetch('/edge/v1/statements', {
    method: 'POST',
    headers: { 'content-type': 'application/cbor' },
    body: Buffer.from(encodeUpload(batches)),
  });
  return { status: response.status, ...((await response.json()) as { code?: string; expected?: number }) };
}

/** Waits until the foreign gateway's own copy of the ledger knows the node: it can verify nothing before. */
const known = (edge: EdgeNode) =>
  expect
    .poll(async () => JSON.stringify(await foreign.api.get('/api/sites')), { timeout: 20_000 })
    .toContain(edge.node);

/** Whether the foreign gateway has each batch's summary. */
const summaries = (batches: readonly SealedBatch[]) =>
  Promise.all(
    batches.map(async ({ summary }) => {
      const response = await foreign.api.fetch(`/api/summaries/${toBase64Url(await summaryDigest(summary))}`);
      await response.body?.cancel();
      return response.ok;
    }),
  );

test('a statement stands by its signature: taken without a token, with its summary, and known to the own gateway', async () => {
  const edge = await newNode();
  await known(edge);
  const [first, second] = [await edge.seal(), await edge.seal()];
  const [anchored] = uploadResultSchema.parse(await bring([first])).results;
  expect(anchored).toMatchObject({ node: edge.node, sequence: 0 });
  // With a token that is not known here too: an own one that has run out, say.
  uploadResultSchema.parse(await bring([second], 'hn_a-token-of-somewhere-else'));
  expect(await summaries([first, second])).toEqual([true, true]);
  // The same bytes again, there and at the own gateway, are where they were.
  expect(uploadResultSchema.parse(await bring([first])).results).toEqual([anchored]);
  await vi.waitFor(
    async () => expect(uploadResultSchema.parse(await (await edge.upload([first])).json()).results).toEqual([anchored]),
    20_000,
  );
  uploadResultSchema.parse(await (await edge.upload([await edge.seal()])).json());
  // A token of the foreign gateway still names one node.
  const { token } = (await foreign.api.send('POST', '/api/node-tokens', { node: `${gln}/999` })) as { token: string };
  expect(await bring([first], token)).toMatchObject({ status: 403, code: 'forbidden' });
});

test('nothing is stored of what is not signed with the node’s current key or does not continue its chain', async () => {
  const edge = await newNode();
  await known(edge);
  const height = network.ledger.height();
  const { key } = await generateSigningKey();
  const forger = new EdgeNode(edge.node, key, edge.api, Date.now());
  expect(await bring([await forger.seal()])).toMatchObject({ status: 404, code: 'unknown-node' });
  const batch = await edge.seal();
  const altered = { ...batch, statement: batch.statement.slice() };
  altered.statement[altered.statement.length - 1] = (altered.statement.at(-1) ?? 0) ^ 1;
  expect(await bring([altered])).toMatchObject({ status: 403, code: 'signature-invalid' });
  const next = await edge.seal();
  expect(await bring([next])).toMatchObject({ status: 409, code: 'statement-gap', expected: 0 });
  const other = await newNode();
  expect(await bring([{ statement: batch.statement, summary: (await other.seal()).summary }])).toMatchObject({
    status: 400,
    code: 'summary-malformed',
  });
  const response = await fetch(`${foreign.url}/edge/v1/statements`, {
    method: 'POST',
    headers: { 'content-type': 'application/cbor' },
    body: Buffer.alloc(httpLimits.maxStrangerUploadBytes + 1),
  });
  expect(response.status).toBe(413);
  expect(await summaries([batch, next])).toEqual([false, false]);
  expect(network.ledger.height()).toBe(height + 1);

  // What the ledger refuses although the signature holds leaves no summary either.
  await bring([batch]);
  const early = await edge.seal({ sealedAtMs: 1 });
  await bring([next]);
  expect(await bring([early])).toMatchObject({ status: 409, code: 'statement-time' });
  expect(await summaries([batch, next, early])).toEqual([true, true, false]);
});

test('a revoked key brings nothing', async () => {
  const edge = await newNode();
  await known(edge);
  uploadResultSchema.parse(await bring([await edge.seal()]));
  await own.api.send('POST', '/api/revocations', {
    kid: toBase64Url(edge.key.kid),
    subject: edge.node,
    reason: 'stolen',
    last: null,
  });
  await expect.poll(async () => (await bring([await edge.seal()])).code, { timeout: 20_000 }).toBe('key-revoked');
});

test('strangers have to wait after a burst, and nodes with a token do not', async () => {
  const edge = await newNode();
  const codes = new Set<string | undefined>();
  for (let n = 0; n < 2 * httpLimits.burstStrangerUploads; n++) codes.add((await bring([])).code);
  expect(codes).toEqual(new Set([undefined, 'rate-limited']));
  expect(await bring([])).toMatchObject({ status: 429 });
  const { token } = (await foreign.api.send('POST', '/api/node-tokens', { node: edge.node })) as { token: string };
  expect((await bring([], token)).status).toBe(200);
});
