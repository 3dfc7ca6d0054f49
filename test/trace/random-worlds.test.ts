import { encodeState, signingKeyFromSeed, stateKey } from '@hopline/protocol';
import { afterAll, expect, test } from 'vitest';
import { owners } from '../../chaincode/src/testing/trade.ts';
import type { BlockFacts } from '../../ledger-gateway/src/ledger/block-facts.ts';
import { Projection } from '../../ledger-gateway/src/projection/projection.ts';
import { type PlaceStart, readTrace } from '../../ledger-gateway/src/query/trace.ts';
import type { Store } from '../../ledger-gateway/src/store/store.ts';
import { testDatabases } from '../../ledger-gateway/src/testing/databases.ts';
import { captureBlock } from '../bench/chain/chain-blocks.ts';
import { ChainRng } from '../bench/chain/chain-rng.ts';
import { contentsOf, follow, type Step, type World, worldOf } from './naive-walk.ts';
import { randomTrade, type Traded, tolerantTrade } from './random-trade.ts';

const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 31);
const worlds = 8;
const stepsPerWorld = 70;
const tolerantWorlds = 4;

const databases = await testDatabases();
afterAll(() => databases.stop());

test(`traces reach what a naive walk reaches, on random worlds (HOPLINE_SEED=${seed})`, async () => {
  const store = await databases.open(databases.kinds.at(-1) ?? 'PGlite');
  const rng = new ChainRng(seed);
  const seen = { forward: 0, back: 0, units: 0, places: 0, late: 0, parts: 0 };
  for (let count = 0; count < worlds; count++) {
    const traded = await randomTrade(rng, stepsPerWorld);
    const projection = await Projection.open(store);
    await projection.clear();
    for (const block of await blocksOf(traded)) await projection.apply(block);
    const world = worldOf(traded.events.map(({ record }) => record));
    const items = [...new Set(world.steps.map(({ item }) => item))];
    const units = [...new Set(world.intervals.map(({ thing }) => thing))].filter((thing) => !items.includes(thing));
    for (const direction of ['back', 'forward'] as const) {
      for (const item of items) {
        const reached = follow(world, direction, (step) => step.item === item);
        const found = await compare(store, world, item, direction, reached, [item]);
        seen[direction] += found.lots;
        seen.late += found.late;
        seen.parts += found.parts;
      }
      for (const unit of units) {
        const start = contentsOf(world, `unit ${unit}`, { fromMs: 0, toMs: Number.POSITIVE_INFINITY });
        const reached = from(world, direction, start);
        seen.units += (await compare(store, world, unit, direction, reached, thingsOf(start))).lots;
      }
      const place = rng.one(Object.keys(owners));
      const fromMs = world.steps[rng.whole(0, world.steps.length - 1)]?.timeMs ?? 0;
      const span = { fromMs, toMs: fromMs + 5_000 };
      const start = contentsOf(world, `place ${place}`, span);
      const reached = from(world, direction, start);
      seen.places += (await compare(store, world, { place, ...span }, direction, reached, thingsOf(start))).lots;
    }
    await compareHeld(store, traded, items);
  }
  // A property over worlds in which nothing happens would say nothing.
  for (const [what, number] of Object.entries(seen)) expect(number, what).toBeGreaterThan(10);
}, 120_000);

test(`traces miss nothing where nothing fits, on tolerant worlds (HOPLINE_SEED=${seed})`, async () => {
  const store = await databases.open(databases.kinds.at(-1) ?? 'PGlite');
  const rng = new ChainRng(seed);
  const seen = { forward: 0, back: 0, 'what does not fit': 0 };
  for (let count = 0; count < tolerantWorlds; count++) {
    const traded = await tolerantTrade(rng, stepsPerWorld);
    const projection = await Projection.open(store);
    await projection.clear();
    for (const block of await blocksOf(traded)) await projection.apply(block);
    const world = worldOf(traded.events.map(({ record }) => record));
    for (const direction of ['back', 'forward'] as const) {
      for (const item of new Set(world.steps.map((step) => step.item))) {
        const reached = follow(world, direction, (step) => step.item === item);
        const found = await compare(store, world, item, direction, reached, [item]);
        seen[direction] += found.lots;
        seen['what does not fit'] += found.late;
        for (const { to } of reached) if (/^(early|difference) /.test(to)) seen['what does not fit']++;
      }
    }
  }
  for (const [what, number] of Object.entries(seen)) expect(number, what).toBeGreaterThan(0);
}, 120_000);

const thingsOf = (some: ReturnType<typeof contentsOf>) => some.map(({ thing }) => thing);

/** Steps that lead out of (back: into) where goods were, in the time for which they were there, and all that follows. */
function from(world: World, direction: 'back' | 'forward', start: ReturnType<typeof contentsOf>): ReadonlySet<Step> {
  return follow(world, direction, (step) =>
    start.some(({ thing, where, fromMs, toMs, first, last }) =>
      direction === 'forward'
        ? step.item === thing && step.from === where && (step.timeMs >= fromMs || step.order >= first)
        : step.item === thing && step.to === where && (step.timeMs <= toMs || step.order <= last),
    ),
  );
}

async function compare(
  store: Store,
  world: World,
  start: string | PlaceStart,
  direction: 'back' | 'forward',
  reached: ReadonlySet<Step>,
  /** Where the walk began: shown even where no step leads on from there. */
  begun: readonly string[],
) {
  const trace = await readTrace(store, start, direction, () => 0);
  const what = `${JSON.stringify(start)} ${direction}`;
  expect(trace.truncated).toBe(false);
  const steps = [...reached];
  const goods = new Set([...begun, ...steps.map(({ item }) => item)]);
  expect(new Set(trace.affected.map(({ id }) => id)), what).toEqual(goods);
  const ends = steps.filter(({ to }) => /^(gone|transformation) /.test(to));
  const sorted = (some: readonly string[]) => [...some].sort();
  expect(
    sorted(
      trace.affected.flatMap(({ id, parts }) =>
        parts
          .filter(({ state }) => state === 'gone' || state === 'used')
          .map(({ event, quantity }) => `${id} ${event} ${Number(quantity.amount)}`),
      ),
    ),
    what,
  ).toEqual(sorted(ends.map(({ item, event, kilograms }) => `${item} ${event} ${kilograms}`)));
  for (const { id, whole } of trace.affected) {
    const all = world.steps.filter(({ item }) => item === id);
    expect(whole, `${what}: ${id}`).toBe(all.every((step) => reached.has(step)));
  }
  const lineage = new Set(
    trace.edges
      .filter(({ kind }) => kind === 'transformed')
      .map(({ from: used, to, event }) => `${used} ${to} ${event}`),
  );
  const expected = new Set(
    steps
      .filter(({ to }) => to.startsWith('transformation '))
      .flatMap((used) =>
        steps
          .filter((made) => made.from === used.to && isThrough(world, direction, reached, used, made))
          .map((made) => `${used.item} ${made.item} ${made.event}`),
      ),
  );
  expect(sorted([...lineage]), what).toEqual(sorted([...expected]));
  const late = trace.completeness.findings.filter(({ kind }) => kind === 'time-order').length;
  return { lots: trace.lots.length, late, parts: trace.affected.filter(({ whole }) => !whole).length };
}

/** Whether a walk went through a transformation, and not only up to it from both sides. */
function isThrough(
  world: World,
  direction: 'back' | 'forward',
  reached: ReadonlySet<Step>,
  used: Step,
  made: Step,
): boolean {
  return direction === 'forward'
    ? world.steps.filter(({ from: id }) => id === used.to).every((step) => reached.has(step))
    : world.steps.filter(({ to }) => to === made.from).every((step) => reached.has(step));
}

/** What is said to be held or on the way is what the ledger says. */
async function compareHeld(store: Store, { trade }: Traded, items: readonly string[]): Promise<void> {
  const holdings = await trade.ledger.all('holding');
  const contents = await trade.ledger.all('containment');
  const transits = await trade.ledger.all('transit');
  for (const item of items) {
    const { affected } = await readTrace(store, item, 'forward', () => 0);
    const { parts = [], balance } = affected.find(({ id }) => id === item) ?? {};
    const present = parts
      .filter(({ state }) => state === 'held' || state === 'in-transit')
      .map(({ units, place, from: sender, quantity }) =>
        [units[0] ?? (sender === null ? place : `${sender} ${place}`), Number(quantity.amount)].join(' '),
      );
    const onLedger = [
      ...holdings.filter((line) => line.item === item).map(({ place, amount }) => `${place} ${Number(amount)}`),
      ...contents.filter((line) => line.item === item).map(({ unit, amount }) => `${unit} ${Number(amount)}`),
      ...transits
        .filter((line) => line.item === item)
        .map(({ from: sender, to, amount }) => `${sender} ${to} ${Number(amount)}`),
    ];
    expect(present.sort(), item).toEqual(onLedger.sort());
    const sum = (some: readonly { amount: string }[] = []) =>
      some.reduce((total, { amount }) => total + Number(amount), 0);
    const { entered, held, inTransit, used, gone, unexplained } = balance ?? {};
    expect(sum(entered) + sum(unexplained), item).toBe(sum(held) + sum(inTransit) + sum(used) + sum(gone));
  }
}

async function blocksOf({ events, trade }: Traded): Promise<BlockFacts[]> {
  const { key } = await signingKeyFromSeed(new Uint8Array(32).fill(2));
  const sites: BlockFacts = {
    number: 0,
    transactions: [
      {
        position: 0,
        id: '0'.repeat(64),
        code: 0,
        timeMs: 0,
        mspId: 'AMSP',
        name: 'registry:PutSite',
        argument: '{}',
        writes: Object.entries(owners).map(([gln, mspId]) => ({
          key: stateKey('site', gln),
          value: encodeState('site', { schema: 1, gln, mspId, name: gln, kind: 'warehouse' }),
        })),
      },
    ],
  };
  const transactions = events.map(({ event, record }) => ({
    mspId: record.mspId,
    timeMs: record.recordedAtMs,
    events: [{ event, record }],
    items: [],
    transformations: [],
  }));
  const last = {
    mspId: 'AMSP',
    timeMs: 0,
    events: [],
    items: [],
    transformations: await trade.ledger.all('transformation'),
  };
  return [sites, await captureBlock(1, transactions, key), await captureBlock(2, [last], key)];
}
