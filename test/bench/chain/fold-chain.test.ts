import { signingKeyFromSeed } from '@hopline/protocol';
import { afterAll, expect, test } from 'vitest';
import { Projection } from '../../../ledger-gateway/src/projection/projection.ts';
import { testDatabases } from '../../../ledger-gateway/src/testing/databases.ts';
import { dumpProjection } from '../../../ledger-gateway/src/testing/dump-projection.ts';
import { captureBlock, registryBlock, transactionsPerBlock } from './chain-blocks.ts';
import { postgresTarget } from './copy-targets.ts';
import { Chain } from './grow-chain.ts';
import { loadChain } from './load-chain.ts';
import type { ChainTransaction } from './open-transaction.ts';

const databases = await testDatabases();
afterAll(() => databases.stop());

const seed = Number(process.env.HOPLINE_SEED ?? 7);
const size = { seed, events: 1_500, startMs: Date.UTC(2026, 0, 5) };

test.skipIf(!databases.kinds.includes('PostgreSQL'))(
  `a chain loaded in bulk has the rows that applying its blocks leaves, and a rebuild has them again (HOPLINE_SEED=${seed})`,
  async () => {
    const [applied, loaded] = [await databases.open('PostgreSQL'), await databases.open('PostgreSQL')];
    const { key } = await signingKeyFromSeed(new Uint8Array(32).fill(1));
    const chain = new Chain(size);
    const projection = await Projection.open(applied);
    const blocks = [registryBlock(chain.sites, size.startMs)];
    let gathered: ChainTransaction[] = [];
    for (const transaction of chain.grow()) {
      gathered.push(transaction);
      if (gathered.length < transactionsPerBlock) continue;
      blocks.push(await captureBlock(blocks.length, gathered, key));
      gathered = [];
    }
    if (gathered.length > 0) blocks.push(await captureBlock(blocks.length, gathered, key));
    for (const block of blocks) await projection.apply(block);

    const [{ url } = { url: '' }] = await loaded.query<{ url: string }>(
      "select format('postgresql://%s@%s:%s/%s', current_user, host(inet_server_addr()), inet_server_port(), current_database()) as url",
    );
    const target = await postgresTarget(url);
    const { events } = await loadChain(target, size, () => undefined);
    await target.close();
    expect(events).toBeGreaterThanOrEqual(size.events);

    const rows = await dumpProjection(applied);
    const bulk = await dumpProjection(loaded);
    expect(rows.flows?.length).toBeGreaterThan(size.events);
    // The EPCIS index and the worklist are not loaded in bulk: no trace reads them.
    const loadedTables = Object.keys(rows).filter((name) => !name.startsWith('epcis_') && name !== 'work_items');
    for (const table of loadedTables) expect(bulk[table], table).toEqual(rows[table]);

    await projection.clear();
    for (const block of blocks) await projection.apply(block);
    expect(await dumpProjection(applied)).toEqual(rows);
  },
  120_000,
);
