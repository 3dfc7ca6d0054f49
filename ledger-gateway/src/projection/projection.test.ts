import { encodeState, stateKey } from '@hopline/protocol';
import { afterAll, describe, expect, test } from 'vitest';
import { readOverlaps } from '../query/overlaps.ts';
import { readOverview } from '../query/overview.ts';
import { hexBytes } from '../store/insert-rows.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { dumpProjection } from '../testing/dump-projection.ts';
import { anchoringBlock, testNode, transactionBlock } from '../testing/statement-facts.ts';
import { applyLateSummary } from './apply-summary.ts';
import { Projection } from './projection.ts';

const databases = await testDatabases();
afterAll(() => databases.stop());

const device = 'urn:dev:mac:0024befffe804ff1';
const figures = [
  {
    device,
    assurance: 'device-signed' as const,
    readings: 2,
    ranges: [{ epoch: 1, first: 0, last: 1 }],
    streams: [{ stream: 'temperature', unit: 'Cel', intervals: [{ startMs: 0, count: 2, min: 1, max: 3, mean: 2 }] }],
  },
];
type Figures = (typeof figures)[number];
const site = (name: string) =>
  encodeState('site', { schema: 1, gln: '9521002000115', mspId: 'FreshHubMSP', name, kind: 'warehouse' });
const key = stateKey('site', '9521002000115');

async function keepSummary(store: Store, digest: string, bytes: Uint8Array, late = false): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    await put({
      table: 'summaries',
      row: { digest, node: testNode, sequence: 0, bytes: hexBytes(bytes), origin: testNode, received_ms: 1 },
    });
    if (late) await applyLateSummary(tx, digest, bytes);
  });
}

describe.each(databases.kinds)('the projection on %s', (kind) => {
  test('rows and checkpoint move together, and each block counts once', async () => {
    const store = await databases.open(kind);
    const projection = await Projection.open(store);
    const { facts, summary, summaryDigest } = await anchoringBlock(0, figures);
    await keepSummary(store, summaryDigest, summary);
    await projection.apply(facts);
    await projection.apply(facts);
    expect(projection.checkpoint).toMatchObject({ height: 1, blockTimeMs: 10_000, registryHeight: 0 });
    expect(await store.query('select node, sequence, block from statements')).toEqual([
      { node: testNode, sequence: 0, block: 0 },
    ]);
    expect(await store.query('select device, max from conditions')).toEqual([{ device, max: 3 }]);
    await expect(projection.apply({ number: 5, transactions: [] })).rejects.toThrow('does not follow');
    expect((await Projection.open(store)).checkpoint.height).toBe(1);
  }, 60_000);

  test('a transaction that was committed as invalid is shown, and has no effect', async () => {
    const store = await databases.open(kind);
    const projection = await Projection.open(store);
    const { facts } = await anchoringBlock(0, figures);
    await projection.apply({
      ...facts,
      transactions: facts.transactions.map((transaction) => ({ ...transaction, code: 11 })),
    });
    expect(await store.query('select code from transactions')).toEqual([{ code: 11 }]);
    expect(await store.query('select * from statements')).toEqual([]);
    expect(projection.checkpoint.height).toBe(1);
  }, 60_000);

  test('the last write of a key counts, and a deletion removes it', async () => {
    const store = await databases.open(kind);
    const projection = await Projection.open(store);
    const write = (number: number, ...values: (string | null)[]) =>
      projection.apply({
        number,
        transactions: values.map((value, position) => ({
          ...transactionBlock(number, { name: 'registry:PutSite', argument: '{}', writes: [{ key, value }] })
            .transactions[0],
          position,
        })) as ReturnType<typeof transactionBlock>['transactions'],
      });
    await write(0, site('first'), site('second'));
    expect(await store.query('select name from sites')).toEqual([{ name: 'second' }]);
    await write(1, null);
    expect(await store.query('select name from sites')).toEqual([]);
  }, 60_000);

  test('no text that a partner writes stops it', async () => {
    const store = await databases.open(kind);
    const projection = await Projection.open(store);
    const value = site('zero \u0000 and half \ud800');
    await projection.apply(transactionBlock(0, { name: 'registry:PutSite', argument: '{}', writes: [{ key, value }] }));
    expect(await store.query('select name from sites')).toEqual([{ name: 'zero \ufffd and half \ufffd' }]);
  }, 60_000);

  test('a record of a version that is not known stops it where it stands', async () => {
    const store = await databases.open(kind);
    const projection = await Projection.open(store);
    const value = site('new').replace('"schema":1', '"schema":2');
    const block = transactionBlock(0, { name: 'registry:PutSite', argument: '{}', writes: [{ key, value }] });
    await expect(projection.apply(block)).rejects.toThrow();
    expect((await Projection.open(store)).checkpoint.height).toBe(0);
  }, 60_000);

  test('a summary that comes late gives the same rows, and so does building it all again', async () => {
    const [early, late] = [await databases.open(kind), await databases.open(kind)];
    const blocks = [await anchoringBlock(0, figures), await anchoringBlock(1, figures)];
    const [first, second] = [await Projection.open(early), await Projection.open(late)];
    for (const { facts, summary, summaryDigest } of blocks) {
      await keepSummary(early, summaryDigest, summary);
      await first.apply(facts);
      await second.apply(facts);
    }
    expect(await late.query('select sequence from missing_summaries order by sequence')).toEqual([
      { sequence: 0 },
      { sequence: 1 },
    ]);
    for (const { summary, summaryDigest } of blocks) await keepSummary(late, summaryDigest, summary, true);
    const rows = await dumpProjection(early);
    expect(await dumpProjection(late)).toEqual(rows);

    await second.clear();
    expect(await late.query('select * from statements')).toEqual([]);
    for (const { facts } of blocks) await second.apply(facts);
    expect(await dumpProjection(late)).toEqual(rows);
  }, 60_000);

  test('one reading at two sites shows, whichever summary comes first', async () => {
    const at = (ranges: { epoch: number; first: number; last: number }[]) => [{ ...(figures[0] as Figures), ranges }];
    const elsewhere = { node: '9521002000122/0' };
    const blocks = [
      await anchoringBlock(0, at([{ epoch: 1, first: 0, last: 9 }])),
      await anchoringBlock(1, at([{ epoch: 1, first: 10, last: 19 }]), elsewhere),
      await anchoringBlock(2, at([{ epoch: 2, first: 0, last: 9 }]), elsewhere),
      await anchoringBlock(3, at([{ epoch: 1, first: 7, last: 8 }]), elsewhere),
      await anchoringBlock(4, at([{ epoch: 1, first: 12, last: 12 }])),
      // The same node again is no other site.
      await anchoringBlock(5, at([{ epoch: 2, first: 0, last: 9 }]), elsewhere),
    ];
    const [early, late] = [await databases.open(kind), await databases.open(kind)];
    const [first, second] = [await Projection.open(early), await Projection.open(late)];
    for (const { facts, summary, summaryDigest } of blocks) {
      await keepSummary(early, summaryDigest, summary);
      await first.apply(facts);
      await second.apply(facts);
    }
    for (const { summary, summaryDigest } of [...blocks].reverse())
      await keepSummary(late, summaryDigest, summary, true);
    const { overlaps, next } = await readOverlaps(late, { offset: 0, limit: 10 });
    expect(overlaps).toEqual([
      {
        device,
        epoch: 1,
        first: 7,
        last: 12,
        batches: [
          { node: testNode, sequence: 0 },
          { node: elsewhere.node, sequence: 1 },
        ],
      },
    ]);
    expect(next).toBeNull();
    expect(await dumpProjection(late)).toEqual(await dumpProjection(early));
    expect((await readOverview(late, { mspId: 'FreshHubMSP', name: 'FreshHub' })).counts.overlaps).toBe(1);
  }, 60_000);
});
