import { readCommonSource } from '../../../ledger-gateway/src/query/trace/common-source.ts';
import { type Direction, readTrace } from '../../../ledger-gateway/src/query/trace.ts';
import type { Store } from '../../../ledger-gateway/src/store/store.ts';
import { percentile, type Rounds } from '../figures.ts';
import { recursiveWalk } from './recursive-walk.ts';
import { TraceServer } from './trace-server.ts';

/** Graphs are told apart by their nodes: up to so many, the last one without end. */
const nodeClasses = [30, 100, 300, 1_000, 2_000, Number.POSITIVE_INFINITY];
/** The largest graph that the aim of the whole trace's 99 % is about. */
const mostAimedAt = 2_000;
/** Graphs beyond the first classes are rare: so many of the lots that went into most transformations are asked for too. */
export const hubs = 40;
const warmUps = 15;
export const suspectsPerQuestion = 5;
const commonQuestions = 8;
const recursiveWalks = 40;

interface Asked {
  readonly nodes: number;
  readonly ms: number;
  readonly cpuMs: number;
  /** The same question through the gateway's route, to the last byte of its answer, and how long that is. */
  readonly httpMs: number;
  readonly bytes: number;
}

/** Traces in both directions by the size of their answers, common sources, and the walk as one recursive query. */
export async function measureChain(
  name: string,
  store: Store,
  queries: number,
  found: Rounds,
  onProgress: (line: string) => void,
): Promise<void> {
  const lots = await chosenLots(store, queries);
  const server = await TraceServer.start(store);
  try {
    for (const item of lots.slice(0, warmUps)) {
      await traceOnce(store, item, 'both');
      await server.ask(item, 'both');
    }
    for (const direction of ['back', 'forward'] as const) {
      const asked: Asked[] = [];
      for (const [index, item] of lots.entries())
        asked.push(await ask(store, server, item, { direction, isHttpFirst: index % 2 === 1 }));
      tell(`${name}, ${direction}`, asked, found);
      onProgress(`${name}: ${asked.length} traces ${direction}`);
    }
  } finally {
    await server.stop();
  }
  await measureWalkAlone(name, store, lots.slice(0, recursiveWalks), found);
  const common: number[] = [];
  for (const suspects of await suspectGroups(store)) {
    const body = { suspects, complaints: [], controls: 60 };
    common.push(await timed(() => store.snapshot((on) => readCommonSource(on, body, () => 0))));
  }
  if (common.length === 0) return;
  found.add(`${name}, common source of ${suspectsPerQuestion} lots, 50 %`, 'ms', percentile(common, 0.5));
  found.add(`${name}, common source of ${suspectsPerQuestion} lots, most`, 'ms', percentile(common, 1));
}

function tell(what: string, asked: readonly Asked[], found: Rounds): void {
  const add = (name: string, some: readonly Asked[], of: (each: Asked) => number) => {
    found.add(`${name}, 50 %`, 'ms', percentile(some.map(of), 0.5));
    found.add(`${name}, 99 %`, 'ms', percentile(some.map(of), 0.99));
  };
  for (const [index, most] of nodeClasses.entries()) {
    const least = nodeClasses[index - 1] ?? 0;
    const some = asked.filter(({ nodes }) => nodes > least && nodes <= most);
    if (some.length === 0) continue;
    const size = most === Number.POSITIVE_INFINITY ? `more than ${least}` : `${least + 1} to ${most}`;
    const name = `${what}, ${size} nodes (${some.length})`;
    add(name, some, ({ ms }) => ms);
    add(`${name}, over HTTP`, some, ({ httpMs }) => httpMs);
    const processor = some.map(({ cpuMs }) => cpuMs);
    found.add(`${name}, processor time, 50 %`, 'ms', percentile(processor, 0.5));
    const bytes = some.map((each) => each.bytes);
    found.add(`${name}, answer, 50 %`, 'B', percentile(bytes, 0.5));
  }
  const aimed = asked.filter(({ nodes }) => nodes <= mostAimedAt);
  const name = `${what}, all up to ${mostAimedAt} nodes (${aimed.length})`;
  add(name, aimed, ({ ms }) => ms);
  add(`${name}, over HTTP`, aimed, ({ httpMs }) => httpMs);
}

async function measureWalkAlone(name: string, store: Store, lots: readonly string[], found: Rounds): Promise<void> {
  const recursive: number[] = [];
  const levelwise: number[] = [];
  for (const item of lots) {
    recursive.push(await timed(() => recursiveWalk(store, item)));
    levelwise.push(await timed(() => traceOnce(store, item, 'forward')));
  }
  found.add(`${name}, the walk alone as one recursive query, forward, 50 %`, 'ms', percentile(recursive, 0.5));
  found.add(`${name}, the same lots, whole trace in rounds, 50 %`, 'ms', percentile(levelwise, 0.5));
}

/** Asks in both ways, one after the other; which comes first, and so finds less in memory, changes from lot to lot. */
async function ask(
  store: Store,
  server: TraceServer,
  item: string,
  { direction, isHttpFirst }: { readonly direction: Direction; readonly isHttpFirst: boolean },
): Promise<Asked> {
  const overHttp = async () => {
    const startedMs = performance.now();
    const bytes = await server.ask(item, direction);
    return { httpMs: performance.now() - startedMs, bytes };
  };
  const inside = async () => {
    const before = process.cpuUsage();
    const startedMs = performance.now();
    const { nodes } = await traceOnce(store, item, direction);
    const ms = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(before);
    return { nodes: nodes.length, ms, cpuMs: (user + system) / 1000 };
  };
  if (isHttpFirst) return { ...(await overHttp()), ...(await inside()) };
  return { ...(await inside()), ...(await overHttp()) };
}

function traceOnce(store: Store, item: string, direction: Direction) {
  return store.snapshot((on) => readTrace(on, item, direction, () => 0));
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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
