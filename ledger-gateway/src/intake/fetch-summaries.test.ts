import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeSummary, maxSummaryBytes, summaryDigest, toBase64Url } from '@hopline/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { testNode } from '../testing/statement-facts.ts';
import { fetchLimits, fetchSummaries } from './fetch-summaries.ts';

/** Another organisation's gateway that has hardly anything, or answers without end. */
const databases = await testDatabases();
let store: Store;
let peer: Server;
let url: string;
let answer: (digest: string) => Uint8Array | 'endless' | null;
let sentBytes = 0;

beforeAll(async () => {
  store = await databases.open('PGlite');
  peer = createServer((request, response) => {
    const body = answer(request.url?.split('/').at(-1) ?? '');
    if (body !== 'endless') {
      response.writeHead(body ? 200 : 404).end(body ?? undefined);
      return;
    }
    const chunk = Buffer.alloc(1024 * 1024);
    const more = () => {
      do sentBytes += chunk.length;
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  }).listen(0, '127.0.0.1');
  await once(peer, 'listening');
  url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`;
}, 60_000);

beforeEach(() => store.query('truncate missing_summaries'));

afterAll(async () => {
  peer?.closeAllConnections();
  peer?.close();
  await databases.stop();
});

test('summaries that nobody has keep no older one from coming', async () => {
  const bytes = encodeSummary({ node: testNode, sequence: 0, devices: [] });
  const wanted = toBase64Url(await summaryDigest(bytes));
  await missing(wanted, 0);
  const lost = 3 * (fetchLimits.newestPerRound + fetchLimits.othersPerRound);
  for (let n = 1; n <= lost; n++) await missing(toBase64Url(await summaryDigest(Uint8Array.of(n >> 8, n & 255))), n);
  answer = (digest) => (digest === wanted ? bytes : null);
  await rounds(Math.ceil((lost + 1) / fetchLimits.othersPerRound) + 1);
  expect(await store.query('select digest from missing_summaries where digest = $1', [wanted])).toEqual([]);
  expect(await store.query('select count(*) as n from missing_summaries')).toEqual([{ n: lost }]);
}, 60_000);

test('an answer without end is not read to its end', async () => {
  await missing(toBase64Url(await summaryDigest(Uint8Array.of(1))), 1);
  answer = () => 'endless';
  expect(await rounds(1)).toMatchObject([{ code: 'too-large', details: { maxBytes: maxSummaryBytes } }]);
  // What the sockets hold between both ends is more than what was read.
  expect(sentBytes).toBeLessThan(8 * maxSummaryBytes);
}, 60_000);

function missing(digest: string, sequence: number) {
  return store.query('insert into missing_summaries (node, sequence, digest, msp_id) values ($1, $2, $3, $4)', [
    testNode,
    sequence,
    digest,
    'FreshHubMSP',
  ]);
}

/** Lets some rounds pass, without waiting between them; returns the errors. */
async function rounds(count: number): Promise<unknown[]> {
  const stopping = new AbortController();
  const errors: unknown[] = [];
  let left = count;
  const clock: Clock = {
    now: () => 1,
    sleep: async () => {
      if (--left === 0) stopping.abort();
    },
  };
  const peers = [{ mspId: 'FreshHubMSP', url, key: 'key' }];
  await fetchSummaries(store, peers, clock, stopping.signal, (_peer, error) => errors.push(error));
  return errors;
}
