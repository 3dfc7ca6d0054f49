import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCommonSource } from '../../ledger-gateway/src/query/trace/common-source.ts';
import { readTrace } from '../../ledger-gateway/src/query/trace.ts';
import type { Store } from '../../ledger-gateway/src/store/store.ts';
import { testDatabases } from '../../ledger-gateway/src/testing/databases.ts';
import { ChainRng } from '../bench/chain/chain-rng.ts';
import { postgresTarget } from '../bench/chain/copy-targets.ts';
import { loadChain } from '../bench/chain/load-chain.ts';

const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 31);
const events = 12_000;
const outbreaks = 8;
const suspectsPerOutbreak = 8;
const fewestSuspects = 6;
const mistakes = 2;
/** What most of the same suspects share by chance, since goods are pooled, can look as good as their source. */
const mostBefore = 10;

const databases = await testDatabases();
const there = databases.kinds.includes('PostgreSQL');
let store: Store;

beforeAll(async () => {
  if (!there) return;
  store = await databases.open('PostgreSQL');
  const [{ url } = { url: '' }] = await store.query<{ url: string }>(
    "select format('postgresql://%s@%s:%s/%s', current_user, host(inet_server_addr()), inet_server_port(), current_database()) as url",
  );
  const target = await postgresTarget(url);
  await loadChain(target, { seed, events, startMs: Date.UTC(2026, 0, 5) }, () => undefined);
  await target.query('analyze');
  await target.close();
}, 60_000);
afterAll(() => databases.stop());

test.runIf(there)(
  `the source of a planted outbreak is found among all that was pooled, with suspects that have nothing to do with it (HOPLINE_SEED=${seed})`,
  async () => {
    const rng = new ChainRng(seed);
    let planted = 0;
    for (const source of await plantable(rng)) {
      const trace = await readTrace(store, source, 'forward', () => 0);
      const suspects = spread(rng, trace);
      if (suspects.length < fewestSuspects) continue;
      const others = await unrelated(rng, trace);
      expectFound(await ask([...suspects, ...others]), source, suspects.length);
      if (++planted === outbreaks) break;
    }
    expect(planted).toBeGreaterThan(0);
  },
  60_000,
);

type Traced = Awaited<ReturnType<typeof readTrace>>;

function ask(suspects: readonly string[]) {
  return readCommonSource(store, { suspects: [...suspects], complaints: [], controls: 60 }, () => 0);
}

/** The source is among the first few, and what comes before it is rarer among others: never a hub that everything passes. */
function expectFound({ sources, truncated }: Awaited<ReturnType<typeof ask>>, source: string, legs: number): void {
  expect(truncated).toBe(false);
  const rank = sources.findIndex(({ id }) => id === source);
  const planted = sources[rank];
  expect(planted?.legs.length, source).toBeGreaterThanOrEqual(legs);
  expect(rank, source).toBeLessThan(mostBefore);
  for (const { backgroundShare } of sources.slice(0, rank))
    expect(backgroundShare, source).toBeLessThanOrEqual(planted?.backgroundShare ?? 0);
}

/** Raw lots that went into several things, and into few enough that not half of the world is made of them. */
async function plantable(rng: ChainRng): Promise<string[]> {
  const rows = await store.query<{ item: string }>(
    `select i.item from flows f join items i on i.number = f.subject where f.to_at = 4 and not exists
       (select 1 from flows m where m.subject = f.subject and m.from_at = 4)
     group by i.item having count(*) between 3 and 16 order by i.item`,
  );
  return rng.take(
    rows.map(({ item }) => item),
    rows.length,
  );
}

/** Things that nothing was made of, by turns from each use of the start: as different as its outbreak can make them. */
function spread(rng: ChainRng, { start, edges }: Traced): string[] {
  const made = edges.filter(({ kind }) => kind === 'transformed');
  const uses = Map.groupBy(
    made.filter(({ from }) => from === start),
    ({ event }) => event,
  );
  const ends = [...uses.values()].map((outputs) => {
    const reached = new Set(outputs.map(({ to }) => to));
    for (const item of reached) for (const { from, to } of made) if (from === item) reached.add(to);
    return [...reached].filter((item) => !made.some(({ from }) => from === item));
  });
  const chosen = new Set<string>();
  while (chosen.size < suspectsPerOutbreak && ends.some((some) => some.length > 0)) {
    for (const some of ends) for (const item of rng.take(some, 1)) chosen.add(item);
  }
  return [...chosen].slice(0, suspectsPerOutbreak);
}

async function unrelated(rng: ChainRng, trace: Traced): Promise<string[]> {
  const touched = trace.affected.map(({ id }) => id);
  const rows = await store.query<{ item: string }>(
    `select item from items where lot is not null and not item = any($1::text[])
       and gtin in (select gtin from items where item = any($1::text[])) order by item`,
    [touched],
  );
  return rng.take(
    rows.map(({ item }) => item),
    mistakes,
  );
}
