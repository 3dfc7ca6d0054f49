import { parseIdentifier } from '@hopline/protocol/gs1';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { historySchema } from '../../ledger-gateway/src/recall/list-recalls.ts';
import { recallSchema } from '../../ledger-gateway/src/recall/read-recall.ts';
import { MovableClock } from '../../ledger-gateway/src/testing/movable-clock.ts';
import { startReceiver, type WebhookReceiver } from '../../ledger-gateway/src/testing/webhook-receiver.ts';
import { harvested, received, shipped, sold } from '../ledger-suite/epcis-events.ts';
import { ApiProblem, mspIds, type Network, type RunningGateway, startNetwork } from './network.ts';
import { type Chain, capture, deliver, finding } from './recall-story.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** Recalls that meet each other, goods on their way, and a ledger that does not take all of it. */
let network: Network;
let chain: Chain;
let receiver: WebhookReceiver;
const packersClock = new MovableClock();
const at = '2026-04-21T08:00:00+02:00';
const later = '2026-04-22T08:00:00+02:00';
const lotsPerTransaction = 2;

beforeAll(async () => {
  network = await startNetwork();
  const growers = await network.start('growers');
  const freshHub = await network.start(
    'freshHub',
    { recallLotsPerTransaction: lotsPerTransaction, notify: { allowPrivate: true } },
    { clock: packersClock },
  );
  receiver = await startReceiver();
  const retail = await network.start('retail');
  chain = { growers, freshHub, retail };
});

afterAll(async () => {
  await network?.stop();
  await receiver?.stop();
});

async function open({ api }: RunningGateway, suspects: readonly unknown[], over: object = {}) {
  const body = { kind: 'voluntary', reason: 'Listeria in a sample', suspects, ...over };
  return recallSchema.parse(await api.send('POST', '/api/recalls', body));
}

async function problemOf(call: Promise<unknown>): Promise<ApiProblem> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiProblem) return error;
  throw new Error('it was not refused', { cause: error });
}

/** GTIN and lot number of a lot's canonical link, with another lot number. */
function siblingOf(link: string, lot: string): { gtin: string; lot: string } {
  const id = parseIdentifier(link);
  if (id.kind !== 'lgtin') throw new Error(`${link} is no lot`);
  return { gtin: id.gtin, lot };
}

describe('a scope of which the ledger has not taken all', () => {
  test('says how many lots are to come, takes no other scope meanwhile, and says so for ever when it is closed', async () => {
    const { caseLot, fieldLot } = await deliver(chain);
    // The third is not the packer's to recall: the ledger takes the first part and refuses the second.
    const opened = await open(chain.freshHub, [caseLot, siblingOf(caseLot, 'B'), fieldLot]);
    const { recallId } = opened.recall;
    expect(opened).toMatchObject({
      recall: { lots: 2, version: 1 },
      lotsToCome: 1,
      times: { timeToHoldMs: null },
    });
    const path = `/api/recalls/${recallId}`;
    const narrowing = chain.freshHub.api.send('POST', `${path}/scope`, { reason: 'not this one', remove: [caseLot] });
    expect(await problemOf(narrowing)).toMatchObject({ status: 409, code: 'recall-state', members: { lotsToCome: 1 } });
    const report = async () => (await chain.freshHub.api.fetch(`${path}/report`)).text();
    expect(await report()).toContain('1 lot of the scope not on hold yet');
    await chain.freshHub.api.send('POST', `${path}/close`, { conclusion: 'Opened anew', otherwise: 'as above' });
    const { recalls } = historySchema.parse(await chain.freshHub.api.get('/api/recalls/history'));
    expect(recalls).toMatchObject([{ recallId, state: 'closed', timeToHoldMs: null }]);
    expect(await report()).toContain('1 lot of the scope never on hold');
  });

  test('counts as held everywhere when the last part is committed, not when it was proposed', async () => {
    const { caseLot } = await deliver(chain);
    const suspects = ['A', 'B', 'C'].map((lot) => siblingOf(caseLot, lot));
    const before = network.ledger.height();
    const opening = open(chain.freshHub, suspects);
    let notYetMs = 0;
    // The second of the two parts is the second block from here on.
    await vi.waitUntil(
      () => {
        const nowMs = Date.now();
        if (network.ledger.height() >= before + 2) return true;
        notYetMs = nowMs;
        return false;
      },
      { timeout: 30_000, interval: 1 },
    );
    const { times, lotsToCome } = await opening;
    expect(lotsToCome).toBe(0);
    expect(times.startedMs + (times.timeToHoldMs ?? 0)).toBeGreaterThanOrEqual(notYetMs);
  });
});

describe('two recalls of one lot', () => {
  test('hold it both: letting it out of the one leaves it on hold under the other', async () => {
    const { fieldLot, caseLot, packhouse, store } = await deliver(chain);
    const first = await open(chain.growers, [fieldLot]);
    const second = await open(chain.freshHub, [caseLot], { reason: 'Glass' });
    const ship = () => capture(chain.freshHub, shipped({ at, gln: packhouse }, store, [], [[caseLot, 1, 'EA']]));
    const path = (recallId: string) => `/api/recalls/${recallId}`;
    const narrowed = await chain.growers.api.send('POST', `${path(first.recall.recallId)}/scope`, {
      reason: 'the sample was of another lot',
      remove: [caseLot],
    });
    expect(narrowed).toMatchObject({ recall: { version: 2, lots: 1 }, lotsToCome: 0 });
    expect(await problemOf(ship())).toMatchObject({
      code: 'on-hold',
      members: { recallId: second.recall.recallId, item: caseLot },
    });
    await chain.freshHub.api.send('POST', `${path(second.recall.recallId)}/close`, {
      conclusion: 'No glass',
      release: true,
      otherwise: 'No glass',
    });
    await ship();
  });
});

describe('goods that are on the way when they are recalled', () => {
  test('arrive and go no further, but back to where the recall wants them, to be destroyed', async () => {
    const { caseLot, packhouse, store } = await deliver(chain);
    const cases = (count: number): [string, number, string][] => [[caseLot, count, 'EA']];
    await capture(chain.freshHub, shipped({ at, gln: packhouse }, store, [], cases(10)));
    const { recall } = await open(chain.freshHub, [caseLot], { returnTo: [packhouse] });
    await capture(chain.retail, received({ at: later, gln: store }, [], cases(10)));
    expect(await problemOf(capture(chain.retail, sold({ at: later, gln: store }, cases(1))))).toMatchObject({
      status: 409,
      code: 'on-hold',
      members: { recallId: recall.recallId },
    });
    const back = shipped({ at: later, gln: store }, packhouse, [], cases(40));
    expect(await problemOf(capture(chain.retail, back))).toMatchObject({
      code: 'on-hold',
      members: { returnTo: [packhouse] },
    });
    await capture(chain.retail, { ...back, disposition: 'recalled' });
    const destroying = { action: 'DELETE', bizStep: 'destroying', disposition: 'destroyed' };
    await capture(chain.freshHub, received({ at: later, gln: packhouse }, [], cases(40)), {
      ...sold({ at: later, gln: packhouse }, cases(80)),
      ...destroying,
    });
    const path = `/api/recalls/${recall.recallId}`;
    // Each place speaks for what it had: what came back is counted where it came from.
    const { lines } = recallSchema.parse(await chain.freshHub.api.get(path));
    expect(new Map(lines.map((line) => [line.place, line.expected?.amount]))).toEqual(
      new Map([
        [store, '40'],
        [packhouse, '40'],
      ]),
    );
    await chain.retail.api.send('POST', `${path}/findings`, {
      findings: [finding(store, caseLot, { returned: '40' })],
    });
    await chain.freshHub.api.send('POST', `${path}/findings`, {
      findings: [finding(packhouse, caseLot, { destroyed: '40' })],
    });
    await vi.waitUntil(async () => recallSchema.parse(await chain.freshHub.api.get(path)).recoveryPercent === 100, {
      timeout: 30_000,
      interval: 50,
    });
  });
});

test('a receiver that is away for an hour is tried again and again, stands in a list, and is reached by one click', async () => {
  const { caseLot } = await deliver(chain);
  const channel = { kind: 'webhook', url: `${receiver.url}/away` };
  const contact = { party: mspIds.retail, name: 'Retail office', channel };
  receiver.otherwise = 500;
  const { id } = await chain.freshHub.api.send('POST', '/api/contacts', contact);
  const { recall } = await open(chain.freshHub, [caseLot]);
  const path = `/api/recalls/${recall.recallId}`;
  const mine = async () => {
    const { organisations } = recallSchema.parse(await chain.freshHub.api.get(path));
    return organisations.flatMap(({ notices }) => notices)[0];
  };
  const listed = async () => {
    const noticeId = (await mine())?.id;
    const { notices } = await chain.freshHub.api.get('/api/notices?state=queued');
    return (notices as { id: string; attempts: number; nextMs: number }[]).find((each) => each.id === noticeId);
  };
  let dueMs = 0;
  for (const attempts of [1, 2, 3]) {
    const waiting = await vi.waitUntil(
      async () => {
        const notice = await listed();
        return notice?.attempts === attempts && notice.nextMs > packersClock.now() ? notice : null;
      },
      { timeout: 30_000, interval: 50 },
    );
    // Each pause is longer than the one before.
    const pauseMs = waiting.nextMs - packersClock.now();
    expect(pauseMs).toBeGreaterThan(dueMs);
    dueMs = pauseMs;
    if (attempts < 3) packersClock.moveOn(pauseMs + 1);
  }
  expect(await mine()).toMatchObject({ state: 'queued', contact: 'Retail office' });
  receiver.otherwise = 204;
  await chain.freshHub.api.send('POST', `/api/notices/${String((await mine())?.id)}/retry`);
  await vi.waitUntil(async () => (await mine())?.state === 'delivered', { timeout: 30_000, interval: 50 });
  const ids = receiver.received.flatMap(({ headers, body }) =>
    body.includes(recall.recallId) ? [headers['webhook-id']] : [],
  );
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(1);
  await chain.freshHub.api.fetch(`/api/contacts/${String(id)}`, { method: 'DELETE' });
});

test('a lot number alone means the one lot that has it', async () => {
  const { caseLot, packhouse } = await deliver(chain);
  const id = parseIdentifier(caseLot);
  const number = id.kind === 'lgtin' ? id.lot : '';
  const asked = (suspect: string) => open(chain.freshHub, [suspect], { kind: 'mock' });
  expect((await asked(number)).lots).toMatchObject([{ item: caseLot }]);
  const twin = `https://id.gs1.org/01/09506000149301/10/${encodeURIComponent(number)}`;
  await capture(chain.freshHub, harvested({ at, gln: packhouse }, [[twin, 1, 'EA']]));
  expect(await problemOf(asked(number))).toMatchObject({
    status: 400,
    members: { title: `several products have a lot ${number}`, gtins: expect.arrayContaining(['09506000149301']) },
  });
  expect((await problemOf(asked(`${number}-X`))).members).toMatchObject({
    title: `no lot ${number}-X is known here`,
    advice: 'write the GTIN of the product before the lot number',
  });
});

test('an organisation that never had a lot cannot recall it', async () => {
  const { fieldLot } = await deliver(chain);
  expect(await problemOf(open(chain.retail, [fieldLot]))).toMatchObject({
    status: 403,
    code: 'not-permitted',
    members: { item: fieldLot, madeBy: mspIds.growers },
  });
  const { recalls } = historySchema.parse(await chain.retail.api.get('/api/recalls/history'));
  expect(recalls).toEqual([]);
});
