import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  encodeLeaf,
  encodeState,
  generateSigningKey,
  inclusionProof,
  type Leaf,
  leafHash,
  merkleRoot,
  signReading,
  stateKey,
  toBase64Url,
  utf8,
} from '@hopline/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Projection } from '../projection/projection.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { anchoringBlock, testNode, transactionBlock } from '../testing/statement-facts.ts';
import { type Edges, lateAfterMs, maxEdgeAnswerBytes, readBatchReadings } from './batch-readings.ts';

/** An edge node that is not to be believed: it answers whatever the test wants. */
const channel = 'provenance';
const device = 'urn:dev:mac:0024befffe804ff1';
const legacy = 'urn:dev:mac:0024befffe804ff2';
const databases = await testDatabases();
let store: Store;
let edge: Server;
let url: string;
let leaves: Leaf[];
let answer: (leaves: object[]) => { status: number; body: unknown };

const honest: typeof answer = (proven) => ({ status: 200, body: { size: proven.length, leaves: proven, next: null } });

beforeAll(async () => {
  store = await databases.open('PGlite');
  const projection = await Projection.open(store);
  const { key } = await generateSigningKey();
  const message = await signReading(key, channel, device, { epoch: 3, counter: 7 }, [
    { n: `${device}:temperature`, u: 'Cel', v: 4.25, t: 1_700_000_000 },
  ]);
  const common = { receivedAtMs: 1_700_000_000_000 + lateAfterMs + 1, salt: new Uint8Array(16) };
  const text = JSON.stringify([{ n: 'temperature', u: 'Cel', v: 5 }]);
  leaves = [
    { ...common, assurance: 'device-signed', device, message },
    { ...common, assurance: 'session-authenticated', device: legacy, message: utf8(text) },
  ];
  const hashes = await Promise.all(leaves.map((leaf) => leafHash(encodeLeaf(leaf))));
  const kid = toBase64Url(key.kid);
  const record = encodeState('key', {
    schema: 1,
    kid,
    publicKey: toBase64Url(key.publicKey),
    use: 'device',
    subject: device,
    mspId: 'FreshHubMSP',
    registeredAtMs: 0,
  });
  const { facts } = await anchoringBlock(0, [], { root: await merkleRoot(hashes), size: leaves.length });
  await projection.apply(facts);
  await projection.apply(
    transactionBlock(1, {
      name: 'registry:EnrolDevice',
      argument: '{}',
      writes: [{ key: stateKey('key', kid), value: record }],
    }),
  );
  edge = createServer(async (_request, response) => {
    const proven = await Promise.all(
      leaves.map(async (leaf, index) => ({
        index,
        leaf: toBase64Url(encodeLeaf(leaf)),
        proof: (await inclusionProof(hashes, index)).map(toBase64Url),
      })),
    );
    const { status, body } = answer(proven);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(edge, 'listening');
  url = `http://127.0.0.1:${(edge.address() as AddressInfo).port}`;
});

afterAll(async () => {
  edge?.close();
  await databases.stop();
});

const page = { node: testNode, sequence: 0, offset: 0, limit: 10 };
const read = (edges: Edges = { [testNode]: { url, token: 'token' } }, more: Partial<typeof page> = {}) =>
  readBatchReadings(store, edges, channel, { ...page, ...more });

test('readings are shown once they are proven to be in the anchored batch', async () => {
  answer = honest;
  expect(await read()).toMatchObject({
    size: 2,
    readings: [
      {
        device,
        assurance: 'device-signed',
        epoch: 3,
        counter: 7,
        records: [{ stream: 'temperature', unit: 'Cel', value: 4.25 }],
      },
      {
        device: legacy,
        assurance: 'session-authenticated',
        epoch: null,
        records: [{ stream: 'temperature', value: 5 }],
      },
    ],
  });
});

test('a reading that the edge altered is not shown', async () => {
  answer = (proven) => {
    const altered = encodeLeaf({ ...(leaves[1] as Leaf), message: utf8('[{"n":"temperature","u":"Cel","v":3}]') });
    return honest(proven.map((leaf, index) => (index === 1 ? { ...leaf, leaf: toBase64Url(altered) } : leaf)));
  };
  await expect(read()).rejects.toMatchObject({ code: 'proof-invalid' });
});

test('a reading that is shown at another place is not either', async () => {
  answer = ([first, second]) =>
    honest([Object.assign({}, first, { index: 1 }), Object.assign({}, second, { index: 0 })].reverse());
  await expect(read()).rejects.toMatchObject({ code: 'proof-invalid' });
});

test.each([
  ['withholds a reading', (proven: object[]) => honest(proven.slice(0, 1))],
  ['withholds all', () => honest([])],
  ['shows one twice', (proven: object[]) => honest([...proven, ...proven.slice(1)])],
  ['turns their order', (proven: object[]) => honest([...proven].reverse())],
])('an edge that %s shows nothing', async (_what, cheat) => {
  answer = cheat;
  await expect(read()).rejects.toMatchObject({ code: 'edge-unreachable' });
});

test('whether there are more readings follows from what is anchored, whatever the edge says', async () => {
  answer = (proven) => ({ status: 200, body: { size: 99, leaves: proven.slice(0, 1), next: null } });
  expect(await read(undefined, { limit: 1 })).toMatchObject({ size: 2, readings: [{ index: 0 }], next: 1 });
  answer = (proven) => ({ status: 200, body: { size: 99, leaves: proven.slice(1), next: 2 } });
  expect(await read(undefined, { offset: 1 })).toMatchObject({ readings: [{ index: 1 }], next: null });
  expect(await read(undefined, { offset: 2 })).toMatchObject({ readings: [], next: null });
});

test('an answer without end is not read to its end', async () => {
  let sent = 0;
  const endless = createServer((_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const more = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      sent += chunk.length;
    };
    response.on('drain', more);
    more();
  }).listen(0, '127.0.0.1');
  await once(endless, 'listening');
  const { port } = endless.address() as AddressInfo;
  await expect(read({ [testNode]: { url: `http://127.0.0.1:${port}`, token: 'token' } })).rejects.toMatchObject({
    code: 'edge-unreachable',
    cause: { code: 'too-large' },
  });
  expect(sent).toBeLessThan(2 * maxEdgeAnswerBytes);
  endless.closeAllConnections();
  endless.close();
});

test('a reading from a backlog is shown as late', async () => {
  answer = honest;
  expect((await read()).readings.map(({ late }) => late)).toEqual([true, false]);
});

test.each([
  ['refuses', () => ({ status: 500, body: {} }), 'edge-unreachable'],
  ['answers in another form', () => ({ status: 200, body: { leaves: 'none' } }), 'edge-unreachable'],
  ['has it no more', () => ({ status: 404, body: {} }), 'not-found'],
])('an edge that %s is told apart', async (_what, wrong, code) => {
  answer = wrong;
  await expect(read()).rejects.toMatchObject({ code });
});

test('so is one that is away, and one whose address is not known', async () => {
  await expect(read({ [testNode]: { url: 'http://127.0.0.1:1', token: 'token' } })).rejects.toMatchObject({
    code: 'edge-unreachable',
  });
  await expect(read({})).rejects.toMatchObject({ code: 'not-found' });
});
