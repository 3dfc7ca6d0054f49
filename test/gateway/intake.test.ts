import {
  decodeUpload,
  excursionAlertType,
  fromBase64Url,
  importPublicKey,
  keyThumbprint,
  openHeadReport,
  openRegistryCopy,
  parseStatement,
  signingKeyFromSeed,
  signStatement,
  statementDigest,
  toBase64Url,
  uploadResultSchema,
} from '@hopline/protocol';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sitesSchema } from '../../ledger-gateway/src/query/sites.ts';
import { EdgeNode } from './edge-node.ts';
import { apiOf, mspIds, type Network, type RunningGateway, startNetwork } from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** What edge nodes bring to a gateway, and what they get from it, on the dev ledger with the real chaincode. */
const gln = '9521002000115';
const channel = 'provenance';
let network: Network;
let gateway: RunningGateway;
let other: RunningGateway;
let nodes = 0;

beforeAll(async () => {
  network = await startNetwork();
  [gateway, other] = await Promise.all([network.start('freshHub'), network.start('retail')]);
  await gateway.api.send('PUT', `/api/sites/${gln}`, { name: 'Warehouse', kind: 'warehouse' });
});

afterAll(() => network?.stop());

/** An edge node of its own for each test, so that no test depends on another's chain. */
const newNode = () => EdgeNode.enrol(gateway, mspIds.freshHub, `${gln}/${nodes++}`, Date.now() - 3_600_000);
const results = async (response: Response) => {
  expect(response.status).toBe(200);
  return uploadResultSchema.parse(await response.json()).results;
};
const lastRefusal = async (node: string) => {
  const { sites } = sitesSchema.parse(await gateway.api.get('/api/sites'));
  return sites.flatMap((site) => site.nodes).find((known) => known.node === node)?.lastRefusal;
};
const problem = async (response: Response) => ({ status: response.status, ...((await response.json()) as object) });

describe('statements', () => {
  test('of one upload share a transaction, and each is answered', async () => {
    const edge = await newNode();
    const anchored = await results(await edge.upload([await edge.seal(), await edge.seal(), await edge.seal()]));
    expect(anchored.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    expect(new Set(anchored.map(({ transactionId }) => transactionId)).size).toBe(1);
  });

  test('the same bytes again get the original answer, alone and together with new ones', async () => {
    const edge = await newNode();
    const [first, second, third] = [await edge.seal(), await edge.seal(), await edge.seal()];
    const original = await results(await edge.upload([first, second]));
    expect(await results(await edge.upload([first, second]))).toEqual(original);
    const mixed = await results(await edge.upload([second, third]));
    expect(mixed[0]).toEqual(original[1]);
    expect(mixed[1]?.transactionId).not.toBe(original[1]?.transactionId);
  });

  test('sent twice at once are anchored once', async () => {
    const edge = await newNode();
    const batch = await edge.seal();
    const [one, two] = await Promise.all([edge.upload([batch]), edge.upload([batch])]);
    expect(await results(one)).toEqual(await results(two));
  });

  test('that skip one are refused with the one expected', async () => {
    const edge = await newNode();
    await results(await edge.upload([await edge.seal()]));
    await edge.seal();
    expect(await problem(await edge.upload([await edge.seal()]))).toMatchObject({
      status: 409,
      code: 'statement-gap',
      expected: 1,
    });
  });

  test('that fork the chain are refused', async () => {
    const edge = await newNode();
    await results(await edge.upload([await edge.seal(), await edge.seal()]));
    const fork = new EdgeNode(edge.node, edge.key, edge.api, Date.now() - 1_800_000);
    expect(await problem(await fork.upload([await fork.seal()]))).toMatchObject({
      status: 409,
      code: 'statement-fork',
      sequence: 0,
    });
    expect(await lastRefusal(edge.node)).toMatchObject({
      code: 'statement-fork',
      details: { sequence: 0 },
      resolvedMs: null,
    });
    await results(await edge.upload([await edge.seal()]));
    expect(await lastRefusal(edge.node)).toMatchObject({ code: 'statement-fork', resolvedMs: expect.any(Number) });
  });

  test('that were altered on their way are refused before anything is submitted', async () => {
    const edge = await newNode();
    const { statement, summary } = await edge.seal();
    const height = network.ledger.height();
    for (const at of [statement.length - 1, Math.floor(statement.length / 2)]) {
      const altered = statement.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      const { status } = await problem(await edge.upload([{ statement: altered, summary }]));
      expect([400, 403]).toContain(status);
    }
    const last = statement.slice();
    last[last.length - 1] = (last[last.length - 1] ?? 0) ^ 1;
    expect(await problem(await edge.upload([{ statement: last, summary }]))).toMatchObject({
      status: 403,
      code: 'signature-invalid',
    });
    expect(network.ledger.height()).toBe(height);
  });

  test('whose summary is another’s are refused', async () => {
    const edge = await newNode();
    const [first, second] = [await edge.seal(), await edge.seal()];
    const swapped = await edge.upload([{ statement: first.statement, summary: second.summary }]);
    expect(await problem(swapped)).toMatchObject({ status: 400, code: 'summary-malformed' });
  });

  test('by a key that is not the node’s are refused', async () => {
    const edge = await newNode();
    const { key } = await signingKeyFromSeed(new Uint8Array(32).fill(9));
    const stranger = new EdgeNode(edge.node, key, edge.api, Date.now());
    expect(await problem(await stranger.upload([await stranger.seal()]))).toMatchObject({
      status: 404,
      code: 'unknown-node',
    });
  });

  test('of another node than the token’s are refused', async () => {
    const [edge, neighbour] = [await newNode(), await newNode()];
    const sealed = await neighbour.seal();
    expect(await problem(await edge.upload([sealed]))).toMatchObject({ status: 403, code: 'forbidden' });
  });

  test('after the node’s key was revoked are refused, and the earlier ones stay', async () => {
    const edge = await newNode();
    const batch = await edge.seal();
    const original = await results(await edge.upload([batch]));
    await gateway.api.send('POST', '/api/revocations', {
      kid: toBase64Url(edge.key.kid),
      subject: edge.node,
      reason: 'stolen',
      last: null,
    });
    expect(await problem(await edge.upload([await edge.seal()]))).toMatchObject({ status: 403, code: 'key-revoked' });
    expect(await results(await edge.upload([batch]))).toEqual(original);
  });

  test.each([
    ['nothing at all', new Uint8Array(0)],
    ['what is not CBOR', Uint8Array.of(0xff, 0xff)],
    ['a list of something else', Uint8Array.of(0x81, 0x01)],
  ])('%s is refused in form', async (_what, bytes) => {
    const edge = await newNode();
    expect((await edge.uploadBytes(bytes)).status).toBe(400);
  });
});

describe('a node gets', () => {
  test('a head report that both organisations’ gateways sign, each with its own key', async () => {
    const edge = await newNode();
    const batch = await edge.seal();
    const [anchored] = await results(await edge.upload([batch]));
    const { token } = (await other.api.send('POST', '/api/node-tokens', { node: edge.node })) as { token: string };
    for (const [api, mspId] of [
      [edge.api, mspIds.freshHub],
      [apiOf(other.url, token), mspIds.retail],
    ] as const) {
      const { gatewayKeys } = await copyOf(edge);
      const key = await importPublicKey(
        fromBase64Url(gatewayKeys.find((known) => known.mspId === mspId)?.publicKey ?? ''),
      );
      const kid = await keyThumbprint(key.bytes);
      const report = async () => {
        const response = await api.fetch(`/edge/v1/nodes/${edge.node}/head`);
        return openHeadReport(new Uint8Array(await response.arrayBuffer()), channel, key, kid);
      };
      await expect.poll(async () => (await report()).head?.sequence, { timeout: 20_000 }).toBe(0);
      const { head, height, node } = await report();
      expect(node).toBe(edge.node);
      expect(head?.digest).toEqual(await statementDigest(batch.statement));
      expect(height).toBeGreaterThan(anchored?.block ?? Number.POSITIVE_INFINITY);
    }
  });

  test('its copy of the registry, and no new one while nothing has changed', async () => {
    const edge = await newNode();
    const path = `/edge/v1/nodes/${edge.node}/registry`;
    const first = await edge.api.fetch(path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"\d+\.\d+"$/);
    expect((await edge.api.fetch(path, { headers: { 'if-none-match': etag } })).status).toBe(304);

    const device = 'urn:dev:mac:0024befffe804f01';
    await gateway.api.send('POST', '/api/devices', {
      proof: null,
      device: {
        device,
        publicKey: null,
        kind: 'legacy',
        place: gln,
        epc: null,
        assignments: [{ node: edge.node, fromMs: 0, toMs: null }],
        rules: [],
        calibration: null,
        validFromMs: 0,
        validToMs: null,
      },
    });
    const second = await edge.api.fetch(path, { headers: { 'if-none-match': etag } });
    expect(second.status).toBe(200);
    const withDevice = await copyOf(edge);
    expect(withDevice.devices).toMatchObject([{ device, credential: { passwordDigest: expect.any(String) } }]);

    await gateway.api.send('POST', `/api/devices/${encodeURIComponent(device)}/password`);
    const renewed = await copyOf(edge);
    expect(renewed.version).toBe(withDevice.version);
    expect(renewed.revision).toBeGreaterThan(withDevice.revision);
    expect(renewed.devices[0]?.credential).not.toEqual(withDevice.devices[0]?.credential);
  });

  test('its anchored batches with their summaries', async () => {
    const edge = await newNode();
    const batches = [await edge.seal(), await edge.seal(), await edge.seal()];
    await results(await edge.upload(batches));
    const response = await edge.api.fetch(`/edge/v1/nodes/${edge.node}/batches?from=1&limit=10`);
    expect(decodeUpload(new Uint8Array(await response.arrayBuffer()))).toEqual(batches.slice(1));
  });

  test('nothing of another node', async () => {
    const [edge, neighbour] = [await newNode(), await newNode()];
    for (const what of ['head', 'registry', 'batches']) {
      const response = await edge.api.fetch(`/edge/v1/nodes/${neighbour.node}/${what}`);
      expect(response.status).toBe(403);
    }
  });

  async function copyOf(edge: EdgeNode) {
    const response = await edge.api.fetch(`/edge/v1/nodes/${edge.node}/registry`);
    const { registryKey } = (await gateway.api.get('/api/organisation')) as { registryKey: string };
    const key = await importPublicKey(fromBase64Url(registryKey));
    return openRegistryCopy(new Uint8Array(await response.arrayBuffer()), {
      channel,
      node: edge.node,
      key,
      kid: await keyThumbprint(key.bytes),
      nowMs: Date.now(),
    });
  }
});

describe('a new key for a node that lost its disk', () => {
  test('goes on with the chain from the ledger’s head', async () => {
    const edge = await newNode();
    const batch = await edge.seal();
    await results(await edge.upload([batch]));
    const again = await EdgeNode.enrol(gateway, mspIds.freshHub, edge.node, Date.now() - 1_000);
    const next = await edge.seal();
    const byOldKey = await edge.upload([next]);
    expect((await problem(byOldKey)).status).toBe(403);
    const resigned = await signStatement(again.key, channel, (await parseStatement(next.statement)).statement);
    expect(await results(await again.upload([{ statement: resigned, summary: next.summary }]))).toMatchObject([
      { sequence: 1 },
    ]);
  });
});

test('an alert is kept once, shown, and told to those who listen', async () => {
  const edge = await newNode();
  const listening = await gateway.api.fetch('/api/events');
  const reader = listening.body?.pipeThrough(new TextDecoderStream()).getReader();
  const alert = {
    specversion: '1.0',
    id: 'one',
    source: `/sites/${edge.node}`,
    type: excursionAlertType,
    subject: 'urn:dev:mac:0024befffe804ff1 temperature',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: {
      node: edge.node,
      device: 'urn:dev:mac:0024befffe804ff1',
      stream: 'temperature',
      unit: 'Cel',
      rule: 'cold-chain',
      min: null,
      max: 5_000,
      fromMs: 1,
      toMs: 2,
      peak: 9_000,
      receivedAtMs: 2,
    },
  };
  const send = () =>
    edge.api.fetch('/edge/v1/alerts', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(alert),
    });
  const [first, second] = [await send(), await send()];
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(await first.json()).toEqual(await second.json());
  const { alerts } = (await gateway.api.get('/api/alerts')) as { alerts: { event: { source: string } }[] };
  expect(alerts.filter(({ event }) => event.source === alert.source)).toHaveLength(1);

  let heard = '';
  while (!heard.includes('event: alert')) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
    if (done) break;
    heard += value;
  }
  expect(heard).toContain(alert.source);
  await reader?.cancel();
});

test('a listener that comes back hears what it missed', async () => {
  const edge = await newNode();
  const [anchored] = await results(await edge.upload([await edge.seal()]));
  const response = await gateway.api.fetch('/api/events', {
    headers: { 'last-event-id': `${(anchored?.block ?? 1) - 1}.0` },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  while (!heard.includes(edge.node)) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
    if (done) break;
    heard += value;
  }
  expect(heard).toContain(`id: ${anchored?.block}.`);
  expect(heard).toContain(anchored?.transactionId);
  await reader?.cancel();
});
