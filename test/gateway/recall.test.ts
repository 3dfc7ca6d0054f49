import { createHash } from 'node:crypto';
import { signAcknowledgement, signingKeyFromSeed } from '@hopline/protocol';
import { parseIdentifier } from '@hopline/protocol/gs1';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { historySchema, recallsSchema } from '../../ledger-gateway/src/recall/list-recalls.ts';
import { previewSchema } from '../../ledger-gateway/src/recall/open-recall.ts';
import { recallSchema } from '../../ledger-gateway/src/recall/read-recall.ts';
import { MovableClock } from '../../ledger-gateway/src/testing/movable-clock.ts';
import { startPostgres } from '../../ledger-gateway/src/testing/postgres-server.ts';
import { startReceiver, type WebhookReceiver } from '../../ledger-gateway/src/testing/webhook-receiver.ts';
import { shipped, sold, transformed } from '../ledger-suite/epcis-events.ts';
import { ApiProblem, mspIds, type Network, type RunningGateway, startNetwork } from './network.ts';
import { type Chain, capture, type Delivery, deliver, deliverItems, finding, sendOff } from './recall-story.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** Recalls across three organisations, each through its own gateway. */
const postgres = await startPostgres();
if ('reason' in postgres) console.warn(`recalled on PGlite only: ${postgres.reason}`);
let network: Network;
let chain: Chain;
let receiver: WebhookReceiver;
const growersClock = new MovableClock();
const at = '2026-04-21T08:00:00+02:00';
const hourMs = 3_600_000;

beforeAll(async () => {
  network = await startNetwork();
  receiver = await startReceiver();
  const notify = { allowPrivate: true };
  const growers = await network.start(
    'growers',
    { organisation: { name: 'Growers' }, notify },
    { clock: growersClock },
  );
  const peers = [{ mspId: mspIds.growers, url: growers.url, key: await peerKey(growers) }];
  const database = 'reason' in postgres ? {} : { databaseUrl: await postgres.createDatabase() };
  const [freshHub, retail] = await Promise.all([
    network.start('freshHub', {
      organisation: { name: 'FreshHub' },
      notify,
      recallLotsPerTransaction: 2,
      ...database,
    }),
    network.start('retail', { organisation: { name: 'Retail' }, notify, peers }),
  ]);
  chain = { growers, freshHub, retail };
});

afterAll(async () => {
  await network?.stop();
  await receiver?.stop();
  if (!('reason' in postgres)) await postgres.stop();
});

async function peerKey({ api }: RunningGateway): Promise<string> {
  return String((await api.send('POST', '/api/keys', { name: 'retail', roles: ['peer'] })).key);
}

async function readRecall({ api }: RunningGateway, recallId: string) {
  return recallSchema.parse(await api.get(`/api/recalls/${recallId}`));
}

/** Waits until a gateway shows a recall as something says. */
async function seen(
  gateway: RunningGateway,
  recallId: string,
  isSo: (view: Awaited<ReturnType<typeof readRecall>>) => boolean = () => true,
) {
  return vi.waitUntil(
    async () => {
      const view = await readRecall(gateway, recallId).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.code === 'not-found') return null;
        throw error;
      });
      return view && isSo(view) ? view : null;
    },
    { timeout: 30_000, interval: 50 },
  );
}

/** GTIN and lot number of a lot's canonical link. */
function lotOf(link: string): { gtin: string; lot: string } {
  const id = parseIdentifier(link);
  if (id.kind !== 'lgtin') throw new Error(`${link} is no lot`);
  return { gtin: id.gtin, lot: id.lot };
}

async function problemOf(call: Promise<unknown>): Promise<ApiProblem> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiProblem) return error;
  throw new Error('it was not refused', { cause: error });
}

describe('a real recall', () => {
  let goods: Delivery;
  const recallId = 'R-2026-1';
  const secrets = new Map<string, string>();

  beforeAll(async () => {
    goods = await deliver(chain);
    const contacts = [
      { party: mspIds.freshHub, name: 'Packhouse office', path: '/freshhub', afterMs: 0 },
      { party: mspIds.retail, name: 'Retail office', path: '/retail', afterMs: 0 },
      { party: mspIds.freshHub, name: 'Packhouse owner', path: '/freshhub-owner', afterMs: 4 * hourMs },
      { party: mspIds.retail, name: 'Retail owner', path: '/retail-owner', afterMs: 4 * hourMs },
    ];
    for (const { path, ...contact } of contacts) {
      const channel = { kind: 'webhook', url: receiver.url + path };
      const { secret } = await chain.growers.api.send('POST', '/api/contacts', { ...contact, channel });
      secrets.set(path, String(secret));
    }
  });

  test('is previewed: the scope with its organisations, places and quantities, and nothing is opened', async () => {
    const body = { kind: 'voluntary', class: 'I', reason: 'Listeria in a sample', suspects: [goods.fieldLot] };
    const preview = previewSchema.parse(await chain.growers.api.send('POST', '/api/recalls?preview=true', body));
    const { lots, parts, organisations } = preview.document;
    const order: (string | null)[] = [goods.field, goods.packhouse, goods.store];
    expect(lots.map(({ item, via }) => [item, via === null])).toEqual([
      [goods.fieldLot, true],
      [goods.caseLot, false],
    ]);
    const held = parts
      .filter(({ state }) => state === 'held')
      .sort((a, b) => order.indexOf(a.place) - order.indexOf(b.place));
    expect(held).toMatchObject([
      { item: goods.fieldLot, place: goods.field, amount: '10', uom: 'KGM', custodian: mspIds.growers },
      { item: goods.caseLot, place: goods.packhouse, amount: '50', uom: 'EA', custodian: mspIds.freshHub },
      { item: goods.caseLot, place: goods.store, amount: '30', uom: 'EA', custodian: mspIds.retail },
    ]);
    expect(new Map(organisations.map(({ mspId, roles }) => [mspId, roles]))).toEqual(
      new Map([
        [mspIds.freshHub, ['handled', 'holds', 'made']],
        [mspIds.growers, ['handled', 'holds', 'made']],
        [mspIds.retail, ['handled', 'holds']],
      ]),
    );
    expect(await chain.growers.api.get('/api/recalls')).toMatchObject({ recalls: [] });
  });

  test('holds everything that was made of the lot, at everybody, from its block on', async () => {
    const opened = recallSchema.parse(
      await chain.growers.api.send('POST', '/api/recalls', {
        recallId,
        kind: 'voluntary',
        class: 'I',
        reason: 'Listeria in a sample',
        suspects: [lotOf(goods.fieldLot)],
        returnTo: [goods.packhouse],
        preview: false,
      }),
    );
    expect(opened).toMatchObject({ enforced: true, missing: [], recall: { version: 1, lots: 2, state: 'open' } });
    expect(opened.organisations.map(({ mspId }) => mspId).sort()).toEqual([mspIds.freshHub, mspIds.retail]);
    const sale = await problemOf(capture(chain.retail, sold({ at, gln: goods.store }, [[goods.caseLot, 1, 'EA']])));
    expect(sale).toMatchObject({ status: 409, code: 'on-hold', members: { recallId, item: goods.caseLot } });
    const ship = shipped({ at, gln: goods.packhouse }, goods.store, [], [[goods.caseLot, 1, 'EA']]);
    expect((await problemOf(capture(chain.freshHub, ship))).code).toBe('on-hold');
  });

  test('cannot be opened twice, nor by who has nothing to do with the goods', async () => {
    const body = { kind: 'voluntary', reason: 'again', suspects: [goods.fieldLot] };
    expect(await problemOf(chain.growers.api.send('POST', '/api/recalls', { ...body, recallId }))).toMatchObject({
      status: 409,
      code: 'recall-exists',
    });
    expect(await problemOf(chain.retail.api.send('POST', '/api/recalls', body))).toMatchObject({
      status: 403,
      code: 'not-permitted',
    });
    const { key } = await chain.growers.api.send('POST', '/api/keys', { name: 'reader', roles: ['reader'] });
    const response = await chain.growers.api.fetch('/api/recalls', {
      method: 'POST',
      headers: { authorization: `Bearer ${String(key)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(403);
  });

  test('reaches each contact by one signed notice, and the ledger says so', async () => {
    const view = await seen(chain.growers, recallId, ({ organisations }) =>
      organisations.every(({ notifiedAtMs }) => notifiedAtMs !== null),
    );
    expect(view.organisations.flatMap(({ notices }) => notices.map(({ state }) => state))).toEqual([
      'delivered',
      'delivered',
    ]);
    expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/freshhub', '/retail']);
    for (const { path, headers, body } of receiver.received) {
      const webhook = new Webhook(secrets.get(path) ?? '');
      const event = webhook.verify(body, headers as Record<string, string>) as { type: string; data: object };
      expect(event).toMatchObject({
        type: 'org.hopline.recall.opened.v1',
        data: { recallId, version: 1, lots: [goods.fieldLot, goods.caseLot] },
      });
    }
  });

  test("shows at the recipient's own gateway, and the evidence comes from the opener's by its digest", async () => {
    const { recalls } = recallsSchema.parse(await chain.retail.api.get('/api/recalls?concerning=me&state=open'));
    expect(recalls).toMatchObject([{ recall: { recallId }, isOwn: false, isAddressed: true, awaitsMe: true }]);
    const view = await seen(chain.retail, recallId, ({ evidence }) => evidence.every(({ isHere }) => isHere));
    expect(view.lines.filter(({ mspId }) => mspId === mspIds.retail)).toMatchObject([
      { place: goods.store, item: goods.caseLot, expected: { amount: '30', uom: 'EA' }, open: { amount: '30' } },
    ]);
    const [{ digest } = { digest: '' }] = view.evidence;
    const bytes = await (await chain.retail.api.fetch(`/api/recalls/evidence/${digest}`)).bytes();
    expect(createHash('sha256').update(bytes).digest('base64url')).toBe(digest);
  });

  test('is live: the stream of updates says which step it was', async () => {
    const ended = new AbortController();
    const response = await chain.retail.api.fetch('/api/events?lastEventId=-1.0', { signal: ended.signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const part of response.body ?? []) {
      text += decoder.decode(part as Uint8Array, { stream: true });
      if (text.includes(`{"recallId":"${recallId}","step":"opened","mspId":"${mspIds.growers}"}`)) break;
    }
    ended.abort();
    expect(text).toContain(`"recallId":"${recallId}"`);
    const { paths } = await chain.retail.api.get('/openapi.json');
    expect(paths).toMatchObject({ '/api/recalls/{id}/findings': { post: { tags: ['recalls'] } } });
  });

  test("is acknowledged by the recipient's signature, here or elsewhere", async () => {
    const answer = await chain.retail.api.send('POST', `/api/recalls/${recallId}/acknowledgements`, { note: 'on it' });
    expect(answer).toMatchObject({ version: 1 });
    const { key } = await signingKeyFromSeed(new Uint8Array(32).fill(9));
    const content = { recallId, version: 1, mspId: mspIds.freshHub, by: 'Somebody', note: null, statedAtMs: 1 };
    const forged = await signAcknowledgement(key, 'provenance', 'app:FreshHubMSP', content);
    const response = await chain.freshHub.api.fetch(`/api/recalls/${recallId}/acknowledgements`, {
      method: 'POST',
      headers: { 'content-type': 'application/cose' },
      body: forged,
    });
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'unknown-signer' }]);
    const view = await seen(chain.growers, recallId, ({ organisations }) =>
      organisations.some(({ isCurrent }) => isCurrent),
    );
    expect(view.organisations.find(({ mspId }) => mspId === mspIds.retail)).toMatchObject({
      isCurrent: true,
      acknowledgement: { version: 1, note: 'on it', by: expect.any(String) },
    });
  });

  test('tells the next contact of who does not answer in time, and of nobody else', async () => {
    const before = receiver.received.length;
    expect(
      (await readRecall(chain.growers, recallId)).organisations
        .map(({ mspId, escalation }) => [mspId, escalation?.contact ?? null])
        .sort(),
    ).toEqual([
      [mspIds.freshHub, 'Packhouse owner'],
      [mspIds.retail, null],
    ]);
    growersClock.moveOn(5 * hourMs);
    await vi.waitUntil(() => receiver.received.length > before, { timeout: 30_000, interval: 50 });
    await seen(chain.growers, recallId, ({ organisations }) =>
      organisations.flatMap(({ notices }) => notices).every(({ state }) => state === 'delivered'),
    );
    expect(receiver.received.slice(before).map(({ path }) => path)).toEqual(['/freshhub-owner']);
  });

  test('takes in what comes of the goods after all, as a new version that everybody is told of', async () => {
    // Inputs went in before the recall; the outputs of the same transformation are only told now.
    const late = await deliver(chain);
    const juice = `${late.caseLot}-J`;
    const press = (inputs: [string, number, string][], outputs: [string, number, string][]) => ({
      ...transformed({ at, gln: late.packhouse }, inputs, outputs),
      transformationID: `urn:x:press-${late.packhouse}`,
    });
    await capture(chain.freshHub, press([[late.caseLot, 10, 'EA']], []));
    const second = recallSchema.parse(
      await chain.freshHub.api.send('POST', '/api/recalls', {
        kind: 'voluntary',
        reason: 'Glass',
        suspects: [late.caseLot],
      }),
    );
    expect(second.recall).toMatchObject({ version: 1, lots: 1, addressees: [mspIds.retail] });
    await capture(chain.freshHub, press([], [[juice, 5, 'EA']]));
    const widened = await seen(chain.freshHub, second.recall.recallId, ({ recall }) => recall.version === 2);
    expect(widened.lots.map(({ item, onHold }) => [item, onHold])).toEqual([
      [late.caseLot, true],
      [juice, true],
    ]);
    const ship = shipped({ at, gln: late.packhouse }, late.store, [], [[juice, 1, 'EA']]);
    expect((await problemOf(capture(chain.freshHub, ship))).code).toBe('on-hold');
    const narrowed = await chain.freshHub.api.send('POST', `/api/recalls/${second.recall.recallId}/scope`, {
      reason: 'the juice is filtered',
      remove: [juice],
    });
    expect(narrowed).toMatchObject({ recall: { version: 3, lots: 1 }, missing: [] });
    await capture(chain.freshHub, ship);
  });

  test('lets goods come back to where the recall wants them', async () => {
    const back = (disposition: string) => ({
      ...shipped({ at, gln: goods.store }, goods.packhouse, [], [[goods.caseLot, 20, 'EA']]),
      disposition,
    });
    expect((await problemOf(capture(chain.retail, back('in_transit')))).code).toBe('on-hold');
    await capture(chain.retail, back('recalled'));
  });

  test('counts what was found against what was expected, and closes when nothing is open or each open thing has a reason', async () => {
    const path = `/api/recalls/${recallId}`;
    const other = await problemOf(
      chain.retail.api.send('POST', `${path}/findings`, { findings: [finding(goods.packhouse, goods.caseLot, {})] }),
    );
    expect(other).toMatchObject({ status: 403, code: 'not-permitted' });
    await chain.retail.api.send('POST', `${path}/findings`, {
      findings: [finding(goods.store, goods.caseLot, { returned: '20', sold: '6', notFound: '1' })],
    });
    await chain.growers.api.send('POST', `${path}/findings`, {
      findings: [finding(goods.field, goods.fieldLot, { destroyed: '10' }, 'KGM')],
    });
    const view = await seen(chain.growers, recallId, ({ lines }) => lines.filter((line) => line.finding).length === 2);
    expect(view.lines.find(({ place }) => place === goods.store)).toMatchObject({
      expected: { amount: '30', uom: 'EA' },
      recovered: { amount: '20' },
      open: { amount: '3', uom: 'EA' },
    });
    expect(view.totals).toMatchObject([
      { uom: 'EA', expected: '80', recovered: '20', sold: '6', notFound: '1', open: '53', recoveryPercent: 25 },
      { uom: 'KGM', expected: '10', recovered: '10', open: '0', recoveryPercent: 100 },
    ]);
    expect(view).toMatchObject({ effectivenessPercent: 50, recoveryPercent: 55.5 });

    const refused = await problemOf(chain.growers.api.send('POST', `${path}/close`, { conclusion: 'done' }));
    const open = [
      { open: 'organisation', mspId: mspIds.freshHub },
      { open: 'goods', place: goods.packhouse, item: goods.caseLot },
    ];
    expect(refused).toMatchObject({ status: 409, code: 'recall-open', members: { total: 2, open } });
    const reasons = open.map((item) => ({ item, reason: 'The packhouse was sealed by the authority' }));
    await chain.growers.api.send('POST', `${path}/close`, { conclusion: 'All that was left is destroyed', reasons });
    const closed = await seen(chain.retail, recallId, ({ recall }) => recall.state === 'closed');
    expect(closed.lots.every(({ onHold }) => onHold)).toBe(true);
    await vi.waitUntil(() => receiver.received.filter(({ body }) => body.includes('recall.closed')).length === 2, {
      timeout: 30_000,
      interval: 50,
    });
  });

  test('has a report to print, which says what the ledger says', async () => {
    const response = await chain.growers.api.fetch(`/api/recalls/${recallId}/report`, {
      headers: { accept: 'text/html' },
    });
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const text of [
      'Voluntary recall, class I',
      'Listeria in a sample',
      '55.5 %',
      'Packhouse',
      'Store 1',
      'Opened with 2 lots: Listeria in a sample',
      '53 pcs',
      'recall-step',
    ]) {
      expect(page.includes(text), text).toBe(text !== 'recall-step');
    }
    expect(page).not.toMatch(/<script|src=|@import|url\(/);
    const asJson = await chain.growers.api.fetch(`/api/recalls/${recallId}/report`, {
      headers: { accept: 'application/json' },
    });
    expect(recallSchema.parse(await asJson.json())).toMatchObject({ recall: { state: 'closed' } });
  });
});

describe('a scope of more lots than one transaction takes', () => {
  test.each(['voluntary', 'mock'] as const)(
    'is held in parts (%s), all of it before anybody is told, and each is told once',
    async (kind) => {
      const { caseGtin, store } = await deliver(chain);
      const suspects = ['A', 'B', 'C', 'D', 'E'].map((lot) => ({ gtin: caseGtin, lot }));
      const channel = { kind: 'webhook', url: `${receiver.url}/parts-${kind}` };
      const contact = { party: mspIds.retail, name: 'Retail office', channel };
      const { id } = await chain.freshHub.api.send('POST', '/api/contacts', contact);
      const body = { kind, reason: 'A wrong label on all of them', suspects, returnTo: [store] };
      const { recall, lots } = recallSchema.parse(await chain.freshHub.api.send('POST', '/api/recalls', body));
      expect(recall).toMatchObject({ version: 3, lots: 5, addressees: [mspIds.retail] });
      expect(lots.map(({ lot, item, fromVersion, onHold }) => [lot ?? lotOf(item).lot, fromVersion, onHold])).toEqual([
        ['A', 1, true],
        ['B', 1, true],
        ['C', 2, true],
        ['D', 2, true],
        ['E', 3, true],
      ]);
      const { steps, evidence } = await readRecall(chain.freshHub, recall.recallId);
      expect(steps.map(({ act }) => act.step).slice(0, 3)).toEqual(['opened', 'scope-changed', 'scope-changed']);
      expect(evidence.map(({ version }) => version)).toEqual([1]);
      await seen(chain.freshHub, recall.recallId, ({ organisations }) => organisations[0]?.notifiedAtMs !== null);
      // A new contact is told of other recalls that are open, too.
      const told = receiver.received
        .map(({ body: text }) => JSON.parse(text))
        .filter(({ data }) => data.recallId === recall.recallId);
      expect(told).toMatchObject([{ data: { version: 3 } }]);
      expect(told[0].data.lots).toHaveLength(5);
      expect(told[0].data.lotCount).toBe(5);
      await chain.freshHub.api.fetch(`/api/contacts/${String(id)}`, { method: 'DELETE' });
    },
  );
});

describe('goods that are not where a lot lies', () => {
  test('single items are held, counted and answered for with the lot that they came in with', async () => {
    const { lot, items, made, packhouse, store } = await deliverItems(chain);
    const [first, second] = items;
    const { recall, lines, lots } = recallSchema.parse(
      await chain.freshHub.api.send('POST', '/api/recalls', { kind: 'voluntary', reason: 'Glass', suspects: [lot] }),
    );
    const { recallId } = recall;
    expect(lots.map(({ item, onHold }) => [item, onHold])).toEqual([
      [lot, true],
      [made, true],
    ]);
    expect(lines).toMatchObject(
      [
        { place: store, item: lot, expected: { amount: '2' }, mspId: mspIds.retail },
        { place: packhouse, item: made, expected: { amount: '1' } },
      ].sort((a, b) => (a.place < b.place ? -1 : 1)),
    );
    const sale = { ...sold({ at, gln: store }, []), epcList: [first] };
    expect(await problemOf(capture(chain.retail, sale))).toMatchObject({
      code: 'on-hold',
      members: { recallId, item: lot },
    });
    const status = await chain.retail.api.get(`/api/digital-link/recall-status${new URL(second).pathname}`);
    expect(status).toMatchObject({ status: 'open', of: [lot], recalls: [{ recallId, onHold: true }] });
    await chain.retail.api.send('POST', `/api/recalls/${recallId}/findings`, {
      findings: [finding(store, lot, { quarantined: '2' })],
    });
    const { open } = await chain.retail.api.get(`/api/recalls/${recallId}/open`);
    expect(open).toEqual([
      { open: 'organisation', mspId: mspIds.retail },
      { open: 'goods', place: packhouse, item: made },
    ]);
  });

  test('loose goods on the way need a report or a reason too', async () => {
    const lot = await sendOff(chain.freshHub, chain.retail);
    const { recall, lines } = recallSchema.parse(
      await chain.freshHub.api.send('POST', '/api/recalls', { kind: 'voluntary', reason: 'Glass', suspects: [lot] }),
    );
    const path = `/api/recalls/${recall.recallId}`;
    const [line] = lines;
    expect(lines).toMatchObject([{ item: lot, mspId: mspIds.retail, expected: { amount: '20' } }]);
    await chain.retail.api.send('POST', `${path}/acknowledgements`, {});
    await seen(chain.freshHub, recall.recallId, ({ organisations }) => organisations.every((each) => each.isCurrent));
    expect(await problemOf(chain.freshHub.api.send('POST', `${path}/close`, { conclusion: 'Done' }))).toMatchObject({
      code: 'recall-open',
      members: { total: 1, open: [{ open: 'goods', place: line?.place, item: lot }] },
    });
    const closing = { conclusion: 'Done', otherwise: 'The lorry burnt down' };
    await chain.freshHub.api.send('POST', `${path}/close`, closing);
    const { steps } = await readRecall(chain.freshHub, recall.recallId);
    expect(steps.at(-1)?.act).toMatchObject({
      step: 'closed',
      reasons: [{ item: { open: 'goods', item: lot }, reason: 'The lorry burnt down' }],
    });
  });
});

describe('parties outside the channel', () => {
  test('are named with what was sent to them, and who opened the recall says what they told', async () => {
    const { packhouse, caseLot } = await deliver(chain);
    const restaurant = '9521001999991';
    await capture(chain.freshHub, shipped({ at, gln: packhouse }, restaurant, [], [[caseLot, 4, 'EA']]));
    const opened = recallSchema.parse(
      await chain.freshHub.api.send('POST', '/api/recalls', {
        kind: 'voluntary',
        reason: 'Glass',
        suspects: [caseLot],
      }),
    );
    const { recallId } = opened.recall;
    expect(opened.outside).toMatchObject([{ gln: restaurant, notifiedAtMs: null, noContact: true }]);
    const findings = [finding(restaurant, caseLot, { destroyed: '3', sold: '1', note: 'By telephone, the owner' })];
    const path = `/api/recalls/${recallId}/findings`;
    expect(await problemOf(chain.retail.api.send('POST', path, { findings }))).toMatchObject({ code: 'not-permitted' });
    await chain.freshHub.api.send('POST', path, { findings });
    const { lines } = await readRecall(chain.freshHub, recallId);
    expect(lines.find(({ place }) => place === restaurant)).toMatchObject({
      mspId: mspIds.freshHub,
      expected: { amount: '4' },
      recovered: { amount: '3' },
      open: { amount: '0' },
    });
  });
});

describe('a mock recall', () => {
  test('is the same with a clock, blocks nothing, and leaves its figures', async () => {
    const goods = await deliver(chain);
    const startedMs = Date.now() - 60_000;
    const { recall } = recallSchema.parse(
      await chain.freshHub.api.send('POST', '/api/recalls', {
        kind: 'mock',
        reason: 'Yearly exercise <b>',
        suspects: [goods.caseLot],
        startedMs,
      }),
    );
    const { recallId } = recall;
    await seen(chain.retail, recallId);
    expect((await problemOf(chain.growers.api.get(`/api/recalls/${recallId}`))).code).toBe('not-found');
    await capture(chain.retail, sold({ at, gln: goods.store }, [[goods.caseLot, 1, 'EA']]));
    await chain.retail.api.send('POST', `/api/recalls/${recallId}/acknowledgements`, {});
    await chain.retail.api.send('POST', `/api/recalls/${recallId}/findings`, {
      findings: [finding(goods.store, goods.caseLot, { quarantined: '29', sold: '1' })],
    });
    const found = { findings: [finding(goods.packhouse, goods.caseLot, { quarantined: '50' })] };
    await chain.freshHub.api.send('POST', `/api/recalls/${recallId}/findings`, found);
    await seen(chain.freshHub, recallId, ({ lines }) => lines.every((line) => line.finding));
    await chain.freshHub.api.send('POST', `/api/recalls/${recallId}/close`, { conclusion: 'It works' });
    const { recalls } = historySchema.parse(await chain.freshHub.api.get('/api/recalls/history?kind=mock'));
    const [figures] = recalls;
    expect(figures).toMatchObject({
      recallId,
      kind: 'mock',
      state: 'closed',
      startedMs,
      recoveryPercent: 98.7,
      effectivenessPercent: 100,
      organisations: 1,
    });
    expect(figures?.timeToScopeMs).toBeGreaterThanOrEqual(60_000);
    expect(figures?.timeToHoldMs).toBeGreaterThanOrEqual(60_000);
    expect(figures?.timeToAcknowledgementsMs).toBeGreaterThanOrEqual(figures?.timeToHoldMs ?? 0);
    const page = await (await chain.freshHub.api.fetch(`/api/recalls/${recallId}/report`)).text();
    expect(page).toContain('Yearly exercise &lt;b&gt;');
    expect(page).toContain('Exercise: nothing in this report is a real recall');
    expect(page).toMatch(
      /scope after 1 min \d+ s, hold everywhere after 1 min \d+ s, all acknowledgements after 1 min/,
    );
  });
});
