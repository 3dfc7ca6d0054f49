import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommonSource } from '../../ledger-gateway/src/query/trace/common-source.ts';
import { type Direction, readTrace } from '../../ledger-gateway/src/query/trace.ts';
import type { Store } from '../../ledger-gateway/src/store/store.ts';
import type { BenchOptions } from './bench-options.ts';
import { applyChain } from './chain/apply-chain.ts';
import { ChainServer } from './chain/chain-server.ts';
import { embeddedChain } from './chain/embedded-chain.ts';
import { recursiveWalk } from './chain/recursive-walk.ts';
import { percentile, Rounds, type Section } from './figures.ts';

/** Graphs are told apart by their nodes: up to so many, the last one without end. */
const nodeClasses = [30, 100, 300, 1_000, 2_000, Number.POSITIVE_INFINITY];
/** Graphs beyond the first classes are rare: so many of the lots that went into most transformations are asked for too. */
const hubs = 40;
const warmUps = 15;
const suspectsPerQuestion = 5;
const commonQuestions = 8;

/** Traces at sizes of the database, by the size of the answer. */
export async function measureTraceScale(options: BenchOptions, onProgress: (line: string) => void): Promise<Section> {
  const found = new Rounds();
  const notes: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'hopline-chains-'));
  const server = await ChainServer.start(options.server);
  try {
    for (const events of options.embedded) {
      const { store, loaded } = await embeddedChain(join(folder, `pglite-${events}`), events, onProgress);
      try {
        await measureChain(`PGlite, ${short(events)}`, store, options, found, onProgress);
      } finally {
        await store.close();
      }
      notes.push(`PGlite, ${short(events)} events: loaded in ${Math.round(loaded.rowSeconds + loaded.indexSeconds)} s`);
    }
    for (const events of options.sizes) {
      const { store, note, bytesPerEvent } = await server.chain(events, onProgress);
      try {
        if (bytesPerEvent !== null) found.add(`${short(events)}: bytes an event`, 'B', bytesPerEvent);
        await measureChain(short(events), store, options, found, onProgress);
      } finally {
        await store.close();
      }
      if (note !== null) notes.push(note);
    }
    await measureApply(server, found, onProgress);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return {
    name: 'trace-scale',
    title: 'Traces on generated chains, by size of the chain and of the answer',
    figures: found.figures(),
    notes: [
      ...notes,
      `${options.queries} lots a direction by chance and the ${hubs} that went into most transformations; one question at a time, in this process, to the whole answer (not its JSON); median and 99 % by nodes of the answer`,
      'processor time is that of this process, without the database server',
      `common source: ${suspectsPerQuestion} lots that share an ingredient, 60 comparable lots`,
    ],
  };
}

async function measureChain(
  name: string,
  store: Store,
  { queries }: BenchOptions,
  found: Rounds,
  onProgress: (line: string) => void,
): Promise<void> {
  const lots = await chosenLots(store, queries);
  for (const item of lots.slice(0, warmUps)) await readTrace(store, item, 'both', () => 0);
  for (const direction of ['back', 'forward'] as const) {
    const asked = await ask(store, lots, direction);
    for (const [index, most] of nodeClasses.entries()) {
      const least = nodeClasses[index - 1] ?? 0;
      const some = asked.filter(({ nodes }) => nodes > least && nodes <= most);
      if (some.length === 0) continue;
      const what = `${name}, ${direction}, ${most === Number.POSITIVE_INFINITY ? `more than ${least}` : `${least + 1} to ${most}`} nodes (${some.length})`;
      const times = some.map(({ ms }) => ms);
      found.add(`${what}, 50 %`, 'ms', percentile(times, 0.5));
      found.add(`${what}, 99 %`, 'ms', percentile(times, 0.99));
      found.add(
        `${what}, processor time, 50 %`,
        'ms',
        percentile(
          some.map(({ cpuMs }) => cpuMs),
          0.5,
        ),
      );
    }
    onProgress(`${name}: ${asked.length} traces ${direction}`);
  }
  const recursive: number[] = [];
  const levelwise: number[] = [];
  for (const item of lots.slice(0, 40)) {
    recursive.push(await timed(() => recursiveWalk(store, item)));
    levelwise.push(await timed(() => readTrace(store, item, 'forward', () => 0)));
  }
  found.add(`${name}, the walk alone as one recursive query, forward, 50 %`, 'ms', percentile(recursive, 0.5));
  found.add(`${name}, the same lots, whole trace in rounds, 50 %`, 'ms', percentile(levelwise, 0.5));
  const common: number[] = [];
  for (const suspects of await suspectGroups(store)) {
    const body = { suspects, complaints: [], controls: 60 };
    common.push(await timed(() => readCommonSource(store, body, () => 0)));
  }
  if (common.length > 0)
    found.add(`${name}, common source of ${suspectsPerQuestion} lots, 50 %`, 'ms', percentile(common, 0.5));
}

async function ask(store: Store, lots: readonly string[], direction: Direction) {
  const asked: { ms: number; cpuMs: number; nodes: number }[] = [];
  for (const item of lots) {
    const before = process.cpuUsage();
    const startedMs = performance.now();
    const { nodes } = await readTrace(store, item, direction, () => 0);
    const ms = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(before);
    asked.push({ ms, cpuMs: (user + system) / 1000, nodes: nodes.length });
  }
  return asked;
}

/** Lots spread evenly over the chain, and those that went into most transformations. */
async function chosenLots(store: Store, count: number): Promise<string[]> {
  const [{ most } = { most: 1 }] = await store.query<{ most: number }>('select max(number) as most from items');
  // Units and lots share their numbers: a few in a row hold a lot for sure in nearly all cases.
  const rows = await store.query<{ item: string }>(
    `select l.item from generate_series(1, $1::int) g
     cross join lateral (select item from items i where i.number between g * $2::bigint and g * $2::bigint + 200 and i.lot is not null
       order by i.number limit 1) l`,
    [count, Math.max(1, Math.floor(most / (count + 1)))],
  );
  const busiest = await store.query<{ item: string }>(
    `select i.item from (select subject from flows where to_at = 4 group by subject order by count(*) desc, subject limit $1) f
     join items i on i.number = f.subject`,
    [hubs],
  );
  return [...new Set([...rows, ...busiest].map(({ item }) => item))];
}

/** Lots that were made of one ingredient which went into many. */
async function suspectGroups(store: Store): Promise<string[][]> {
  const rows = await store.query<{ source: number; item: string }>(
    `select f.source, i.item from (
       select u.subject as source, m.subject, row_number() over (partition by u.subject order by m.subject) as n
       from (select subject from flows where to_at = 4 group by subject having count(*) >= 10 order by count(*), subject limit $1) s
       join flows u on u.subject = s.subject and u.to_at = 4
       join flows m on m.from_at = 4 and m.from_id = u.to_id
     ) f join items i on i.number = f.subject where f.n <= $2 order by f.source, i.item`,
    [commonQuestions, suspectsPerQuestion],
  );
  return [...Map.groupBy(rows, ({ source }) => source).values()].map((group) => group.map(({ item }) => item));
}

async function measureApply(server: ChainServer, found: Rounds, onProgress: (line: string) => void): Promise<void> {
  const store = await server.empty();
  try {
    const applied = await applyChain(store, 2_000);
    found.add('blocks applied one by one, PostgreSQL', 'events/s', applied.events / applied.seconds);
    found.add('… a rebuild that gives the same rows', 'events/s', applied.events / applied.rebuildSeconds);
    if (!applied.isSame) throw new Error('the rebuild gave other rows');
    onProgress('blocks applied');
  } finally {
    await store.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function short(events: number): string {
  return `10^${Math.round(Math.log10(events))}`;
}
