import type { RecallRecord } from '@hopline/protocol';
import { canonicalLink } from '@hopline/protocol/gs1';
import { parseResolvable } from '@hopline/protocol/resolver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Projection } from '../projection/projection.ts';
import { openEndMs } from '../projection/rows.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { stateWrite } from '../testing/state-facts.ts';
import { transactionBlock } from '../testing/statement-facts.ts';
import { readLevels } from './read-levels.ts';
import { readRecalls } from './read-recall.ts';

/** A carton with a recalled lot in a pallet, and what else the resolver reads, on each database that is to be had. */
const gtin = '09521002002003';
const [recalled, formerly, exercised] = ['R', 'F', 'E'].map((lot) => canonicalLink({ kind: 'lgtin', gtin, lot }));
const pallet = 'https://id.gs1.org/00/006141411234567890';
const carton = 'https://id.gs1.org/00/195210020000000013';
const databases = await testDatabases();

afterAll(() => databases.stop());

function recall(recallId: string, more: Partial<RecallRecord> = {}) {
  return stateWrite('recall', [recallId], {
    recallId,
    mspId: 'FreshHubMSP',
    kind: 'voluntary',
    class: 'II',
    reason: 'a reason',
    authority: null,
    returnTo: [],
    gtins: [gtin],
    lots: 1,
    lotsEver: 1,
    version: 1,
    evidence: { digest: 'A'.repeat(43), height: 1 },
    addressees: [],
    outside: [],
    state: 'open',
    openedAtMs: 1_000,
    closedAtMs: null,
    conclusion: null,
    ...more,
  });
}

const inScope = (recallId: string, item = '') =>
  stateWrite('recall-scope', [recallId, item], { recallId, item, via: null, fromVersion: 1, toVersion: null });

describe.each(databases.kinds)('on %s', (kind) => {
  let store: Store;

  beforeAll(async () => {
    store = await databases.open(kind);
    await (await Projection.open(store)).apply(
      transactionBlock(0, {
        name: 'recall:Open',
        argument: '{}',
        writes: [
          recall('r1'),
          inScope('r1', recalled),
          recall('r2', { state: 'closed', closedAtMs: 2_000, conclusion: 'found' }),
          inScope('r2', formerly),
          recall('r3', { kind: 'mock' }),
          inScope('r3', exercised),
        ],
      }),
    );
    const place = (id: number, subject: string, isUnit: boolean, whereId: string, toMs: number) =>
      store.query(
        `insert into presences (id, subject, is_unit, at, where_id, from_ms, to_ms, from_event)
         values ($1, $2, $3, 'unit', $4, 10, $5, 'e')`,
        [id, subject, isUnit, whereId, toMs],
      );
    await place(1, carton, true, pallet, openEndMs);
    await place(2, recalled ?? '', false, carton, openEndMs);
    // Taken out again: it counts for the pallet no more.
    await place(3, formerly ?? '', false, pallet, 20);
  });

  const read = (path: string) => readRecalls(store, parseResolvable(path));

  test('an open recall, a closed one, and an exercise that is nobody’s business', async () => {
    expect(await read(`/01/${gtin}/10/R`)).toMatchObject({ status: 'open', recalls: [{ recallId: 'r1' }] });
    expect(await read(`/01/${gtin}/10/F`)).toMatchObject({ status: 'closed', recalls: [{ recallId: 'r2' }] });
    expect(await read(`/01/${gtin}/10/E`)).toEqual({ status: 'none', of: [], recalls: [] });
    expect(await read(`/01/${gtin}/10/R/21/7`)).toMatchObject({ status: 'open', of: [recalled] });
  });

  test('what is in a unit at any depth counts for it, what was taken out does not', async () => {
    for (const unit of [pallet, carton]) {
      expect(await read(new URL(unit).pathname)).toMatchObject({
        status: 'open',
        of: [recalled],
        recalls: [{ recallId: 'r1' }],
      });
    }
  });

  test('a lot that only a recall has named is known, one that only an exercise has is not', async () => {
    const known = async (lot: string) =>
      (await readLevels(store, parseResolvable(`/01/${gtin}/10/${lot}`))).map(({ identifier }) => identifier.kind);
    expect(await known('R')).toEqual(['lgtin']);
    expect(await known('E')).toEqual([]);
  });
});
