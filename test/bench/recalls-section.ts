import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { HttpProblem, ignored } from '../../infra/start/gateway-client.ts';
import type { Stack } from '../../infra/start/stack.ts';
import { organisations, places } from '../../infra/story/network.ts';
import { previewSchema } from '../../ledger-gateway/src/recall/open-recall.ts';
import { recallSchema } from '../../ledger-gateway/src/recall/read-recall.ts';
import { shipped } from '../ledger-suite/epcis-events.ts';
import { LedgerClient } from '../ledger-suite/ledger-client.ts';
import { epcisDocument } from '../ledger-suite/member.ts';
import type { BenchOptions } from './bench-options.ts';
import { Rounds, type Section } from './figures.ts';
import { makeRecallGoods, type RecallGoods } from './recall-goods.ts';

const holdPollMs = 20;
const widenedBy = 20;
const findingsAtOnce = 200;

/** Recalls of scopes of several sizes, from the question what they concern to the closing, while others ship the goods. */
export async function measureRecalls(
  stack: Stack,
  { recalled, rounds, ledger }: BenchOptions,
  onProgress: (line: string) => void,
): Promise<Section> {
  const found = new Rounds();
  const asked: Record<'before' | 'refused', number> = { before: 0, refused: 0 };
  const far = await LedgerClient.connect(stack.profile, organisations.retail.mspId);
  try {
    for (const lots of recalled) {
      const goods = await makeRecallGoods(stack, lots, `R${lots}x`);
      const more = await makeRecallGoods(stack, widenedBy, `W${lots}x`);
      onProgress(`${lots} lots are on the ledger`);
      for (let round = 0; round < rounds; round++) {
        const shipments = await runRecall(stack, far, goods, more, {
          recallId: `bench-${lots}-${round}`,
          add: (name, ms) => found.add(`${lots} lots: ${name}`, 'ms', ms),
        });
        asked.before += shipments.before;
        asked.refused += shipments.refused;
      }
      onProgress(`recalls of ${lots} lots`);
    }
  } finally {
    far.close();
  }
  return {
    name: 'recalls',
    title: `Recalls by the size of their scope, ${ledger} ledger`,
    figures: found.figures(),
    notes: [
      'times from the request that opens the recall; “held”: another organisation’s peer has the hold',
      `meanwhile one client ships the goods, a lot at a time: ${asked.before} shipments went before a hold, ${asked.refused} were refused for one, none failed otherwise`,
      `widened by ${widenedBy} lots, narrowed by ${widenedBy - 1}; findings of up to ${findingsAtOnce} places and lots in one transaction; closed with all goods let go`,
    ],
  };
}

interface Run {
  readonly recallId: string;
  readonly add: (name: string, ms: number) => void;
}

async function runRecall(
  { clients: { growers, freshHub } }: Stack,
  far: LedgerClient,
  { fieldLots, caseLots }: RecallGoods,
  more: RecallGoods,
  { recallId, add }: Run,
): Promise<Shipments> {
  const timed = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const startMs = performance.now();
    const result = await act();
    add(name, performance.now() - startMs);
    return result;
  };
  const body = { recallId, kind: 'voluntary', reason: 'Listeria in a sample', suspects: fieldLots };
  const { document } = await timed('what it concerns', () =>
    growers.post('/api/recalls?preview=true', body, previewSchema),
  );
  const ends = new AbortController();
  const shipping = shipUntil(freshHub, caseLots, ends.signal);
  // Its failure is thrown at the end of the round; what fails before goes first.
  shipping.catch(() => ends.abort());
  const lastLot = document.lots.at(-1)?.item ?? '';
  const [, , opened] = await Promise.all([
    timed('the first is held', () => held(far, fieldLots[0] ?? '')),
    timed('the last is held', () => held(far, lastLot)),
    timed('opened, and everybody is told', () => growers.post('/api/recalls', body, recallSchema)),
  ]).finally(() => ends.abort());
  if (opened.lotsToCome > 0) throw new Error(`${opened.lotsToCome} lots of ${recallId} were not held`);
  const path = `/api/recalls/${recallId}`;
  await timed('read', () => growers.get(path, ignored));
  const change = (over: object) => growers.post(`${path}/scope`, { reason: 'bench', ...over }, ignored);
  await timed('widened', () => change({ suspects: more.fieldLots }));
  await timed('narrowed', () => change({ remove: more.caseLots }));
  const { lines } = await freshHub.get(path, recallSchema);
  const findings = lines
    .filter(({ mspId }) => mspId === organisations.freshHub.mspId)
    .slice(0, findingsAtOnce)
    .map(({ place, item, expected }) => ({
      place,
      item,
      uom: expected?.uom ?? null,
      quarantined: expected?.amount ?? '0',
      ...{ returned: '0', destroyed: '0', sold: '0', notFound: '0', note: null },
    }));
  await timed('findings recorded', () => freshHub.post(`${path}/findings`, { findings }, ignored));
  const closing = { conclusion: 'measured', otherwise: 'measured', release: true };
  await timed('closed', () => growers.post(`${path}/close`, closing, ignored));
  return shipping;
}

/** Waits until an organisation's peer has a hold of this lot. */
async function held(ledger: LedgerClient, item: string): Promise<void> {
  const holdsSchema = z.object({ holds: z.array(z.unknown()) });
  while (holdsSchema.parse(await ledger.evaluate('recall:GetHolds', { item })).holds.length === 0) {
    await sleep(holdPollMs);
  }
}

interface Shipments {
  readonly before: number;
  readonly refused: number;
}

/** Ships a case of each lot in turn, until somebody says that it is enough. Throws where one fails but for a hold. */
async function shipUntil(
  packer: Stack['clients']['freshHub'],
  lots: readonly string[],
  signal: AbortSignal,
): Promise<Shipments> {
  const shipments = { before: 0, refused: 0 };
  for (let turn = 0; !signal.aborted; turn++) {
    const moment = { at: new Date().toISOString(), gln: places.packhouse };
    const lot = lots[turn % lots.length] ?? '';
    const event = shipped(moment, places.stores[0] ?? '', [], [[lot, 1]]);
    try {
      await packer.post('/api/capture', epcisDocument([event]), ignored);
      shipments.before++;
    } catch (error) {
      if (!(error instanceof HttpProblem && error.code === 'on-hold')) throw error;
      shipments.refused++;
    }
  }
  return shipments;
}
