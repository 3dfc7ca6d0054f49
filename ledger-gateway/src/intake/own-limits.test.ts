import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../auth/api-keys.ts';
import { createEnrolmentCode } from '../auth/enrolment-codes.ts';
import { createNodeToken, maxTokensPerNode, nodeOfToken } from '../auth/node-tokens.ts';
import { callerOfSession, maxSessionsPerKey, openSession } from '../auth/sessions.ts';
import { Projection } from '../projection/projection.ts';
import { readSites } from '../query/sites.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { stateWrite } from '../testing/state-facts.ts';
import { testNode, transactionBlock } from '../testing/statement-facts.ts';
import { cleanUp, cleanUpLimits } from './clean-up.ts';
import { noteAnchored, noteRefusal } from './upload-refusals.ts';

/** What a gateway keeps of its own does not grow without end. */
const hourMs = 3_600_000;
const databases = await testDatabases();
let store: Store;
const at = (nowMs: number) => ({ nowMs, randomBytes });
const count = async (table: string) => (await store.query<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n;

beforeAll(async () => {
  store = await databases.open('PGlite');
}, 60_000);
afterAll(() => databases.stop());

test('codes that are out are limited, until some have expired', async () => {
  const code = (nowMs: number) =>
    createEnrolmentCode(store, { purpose: 'device', subject: 'x', expiresInMs: hourMs }, at(nowMs), 2);
  await code(0);
  await code(0);
  await expect(code(1)).rejects.toMatchObject({ code: 'conflict', details: { maxOpenCodes: 2 } });
  await code(hourMs);
});

test('a node has a few tokens at a time, and the oldest ends', async () => {
  const tokens: string[] = [];
  for (let n = 0; n <= maxTokensPerNode; n++) tokens.push((await createNodeToken(store, testNode, at(n))).token);
  const [oldest = '', second = ''] = tokens;
  expect(await nodeOfToken(store, oldest, 100)).toBeNull();
  expect(await nodeOfToken(store, second, 100)).toBe(testNode);
  expect(await nodeOfToken(store, tokens.at(-1) ?? '', 100)).toBe(testNode);
});

test('a key has a number of sessions at a time, and the oldest ends', async () => {
  const { key } = await createApiKey(store, { name: 'a', roles: ['reader'], expiresInMs: hourMs }, at(0));
  const tokens: string[] = [];
  for (let n = 0; n <= maxSessionsPerKey; n++) tokens.push((await openSession(store, key, at(n)))?.token ?? '');
  expect(await callerOfSession(store, tokens[0] ?? '', 200)).toBeNull();
  expect(await callerOfSession(store, tokens[1] ?? '', 200)).not.toBeNull();
  expect(await count('sessions')).toBe(maxSessionsPerKey);
});

test('what has ended goes after a while, and old alerts of a node give way to its new ones', async () => {
  await store.query(
    `insert into alerts (seq, source, id, node, device, from_ms, to_ms, received_ms, event)
     select n, 's', n::text, case when n = 1 then 'quiet' else 'busy' end, 'd', 0, 0, 0, '{}' from generate_series(1, 6) n`,
  );
  const limits = { ...cleanUpLimits, maxAlertsPerNode: 2 };
  const before = [await count('api_keys'), await count('enrolment_codes'), await count('node_tokens')];
  await cleanUp(store, 2 * hourMs, limits);
  expect([await count('api_keys'), await count('enrolment_codes'), await count('node_tokens')]).toEqual(before);
  expect(await count('sessions')).toBe(maxSessionsPerKey);
  expect(await store.query('select seq from alerts order by seq')).toEqual([{ seq: 1 }, { seq: 5 }, { seq: 6 }]);
  await cleanUp(store, limits.keepEndedMs + 3 * hourMs, limits);
  expect([await count('api_keys'), await count('enrolment_codes'), await count('sessions')]).toEqual([0, 0, 0]);
  // Only the one that was ended early.
  expect(await count('node_tokens')).toBe(maxTokensPerNode);
});

test('sites come in pages, and each node with the last upload that was refused', async () => {
  const site = (gln: string) => stateWrite('site', [gln], { gln, mspId: 'M', name: gln, kind: 'store' });
  await (await Projection.open(store)).apply(
    transactionBlock(0, {
      name: 'registry:PutSite',
      argument: '{}',
      writes: [
        site('9521002000115'),
        site('9521002000122'),
        stateWrite('edge-node', [testNode], {
          node: testNode,
          mspId: 'M',
          publicKey: 'A'.repeat(43),
          kid: 'A'.repeat(43),
          enrolledAtMs: 0,
          revoked: false,
        }),
      ],
    }),
  );
  const refusal = async () => (await readSites(store, { offset: 0, limit: 1 })).sites[0]?.nodes[0]?.lastRefusal;
  expect(await refusal()).toBeNull();
  await noteRefusal(store, testNode, { code: 'statement-gap', details: { expected: 3 } }, 10);
  // A node that tries again at once is told once, another reason at once.
  await noteRefusal(store, testNode, { code: 'statement-gap', details: { expected: 3 } }, 20);
  expect(await refusal()).toEqual({ code: 'statement-gap', timeMs: 10, details: { expected: 3 }, resolvedMs: null });
  await noteRefusal(store, testNode, { code: 'statement-fork', details: { text: 'x'.repeat(10_000) } }, 30);
  expect(await refusal()).toEqual({ code: 'statement-fork', timeMs: 30, details: {}, resolvedMs: null });
  await noteAnchored(store, testNode, 40);
  expect(await refusal()).toMatchObject({ code: 'statement-fork', resolvedMs: 40 });

  const page = async (offset: number) => {
    const { sites, next } = await readSites(store, { offset, limit: 1 });
    return { glns: sites.map(({ gln }) => gln), next };
  };
  expect(await page(0)).toEqual({ glns: ['9521002000115'], next: 1 });
  expect(await page(1)).toEqual({ glns: ['9521002000122'], next: null });
});
