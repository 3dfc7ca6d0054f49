import type { SubmittedTransaction, Transaction } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, json, rejection, startFixture, text } from './testing/fixture.ts';

const codes = peer.TxValidationCode;
/** Blocks of two transactions, so that a pair shares one, whatever the machine does. */
const PAIRS = { orderer: { batchTimeoutMs: 30_000, maxTransactionsPerBlock: 2 } };

const seed = Number(process.env.HOPLINE_SEED ?? Math.floor(Math.random() * 2 ** 31));

let fixture: Fixture;
let sharing: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  sharing = await startFixture(PAIRS);
});
afterAll(async () => {
  await fixture.stop();
  await sharing.stop();
});

function endorse(on: Fixture, name: string, ...args: string[]): Promise<Transaction> {
  return on.growers.contract.newProposal(name, { arguments: args }).endorse();
}

async function outcome(transaction: Transaction | SubmittedTransaction) {
  const commit = 'submit' in transaction ? await transaction.submit() : transaction;
  const { code, blockNumber } = await commit.getStatus();
  return { code, blockNumber };
}

/** Submits all at once, so that they share a block. */
async function outcomes(transactions: Transaction[]) {
  const results = await Promise.all(transactions.map(outcome));
  expect(new Set(results.map((result) => result.blockNumber)).size).toBe(1);
  return results.map((result) => result.code);
}

describe('two transactions that read and write one key', () => {
  it('conflict across blocks: the second is invalid', async () => {
    const [first, second] = [await endorse(fixture, 'increment', 'a'), await endorse(fixture, 'increment', 'a')];
    expect((await outcome(first)).code).toBe(codes.VALID);
    expect((await outcome(second)).code).toBe(codes.MVCC_READ_CONFLICT);
    expect(text(await fixture.growers.contract.evaluateTransaction('get', 'a'))).toBe('1');
  });

  it('conflict within a block: the first of them wins', async () => {
    const pair = [await endorse(sharing, 'increment', 'b'), await endorse(sharing, 'increment', 'b')];
    const found = await outcomes(pair);
    expect(found.toSorted()).toEqual([codes.VALID, codes.MVCC_READ_CONFLICT]);
    expect(text(await sharing.growers.contract.evaluateTransaction('get', 'b'))).toBe('1');
  });

  it('conflict when the key was deleted or made again meanwhile', async () => {
    const { contract } = fixture.growers;
    await contract.submitTransaction('put', 'c', '5');
    const beforeDeletion = await endorse(fixture, 'increment', 'c');
    await contract.submitTransaction('remove', 'c');
    expect((await outcome(beforeDeletion)).code).toBe(codes.MVCC_READ_CONFLICT);
    const whileAbsent = await endorse(fixture, 'increment', 'c');
    await contract.submitTransaction('put', 'c', '5');
    expect((await outcome(whileAbsent)).code).toBe(codes.MVCC_READ_CONFLICT);
  });

  it('do not conflict when they only write', async () => {
    const pair = [await endorse(sharing, 'put', 'blind', '1'), await endorse(sharing, 'put', 'blind', '2')];
    expect(await outcomes(pair)).toEqual([codes.VALID, codes.VALID]);
  });
});

describe('a transaction that read a range', () => {
  const phantom = async (prefix: string, change: [name: string, ...args: string[]]) => {
    const { contract } = fixture.growers;
    await contract.submitTransaction('putMany', prefix, '3');
    const counted = await endorse(fixture, 'countRange', prefix, `${prefix}~`, `count of ${prefix}`);
    await contract.submitTransaction(...change);
    return (await outcome(counted)).code;
  };

  it('is a phantom when a key appeared in it', async () => {
    expect(await phantom('r1-', ['put', 'r1-00001a', 'new'])).toBe(codes.PHANTOM_READ_CONFLICT);
  });

  it('is a phantom when a key disappeared from it', async () => {
    expect(await phantom('r2-', ['remove', 'r2-00001'])).toBe(codes.PHANTOM_READ_CONFLICT);
  });

  it('is a phantom when a key in it changed', async () => {
    expect(await phantom('r3-', ['put', 'r3-00002', 'changed'])).toBe(codes.PHANTOM_READ_CONFLICT);
  });

  it('is valid when only keys outside of it changed', async () => {
    expect(await phantom('r4-', ['put', 'r4-~', 'at the end, which is left out'])).toBe(codes.VALID);
    expect(await phantom('r5-', ['put', 'r5', 'before the start'])).toBe(codes.VALID);
  });

  it('is a phantom when a key appeared by a transaction of the same block', async () => {
    const counted = await endorse(sharing, 'countRange', 's-', 's-~', 'count of s-');
    const first = await (await endorse(sharing, 'put', 's-1', 'x')).submit();
    const second = await counted.submit();
    const [written, read] = await Promise.all([outcome(first), outcome(second)]);
    expect(written.blockNumber).toBe(read.blockNumber);
    expect([written.code, read.code]).toEqual([codes.VALID, codes.PHANTOM_READ_CONFLICT]);
  });

  it('in pages may not write', async () => {
    const error = await rejection(fixture.growers.contract.submitTransaction('pageAndPut', 'r1-', 'r1-~'));
    expect(error.details[0]?.message).toContain('a transaction that made a paginated query may not write');
  });
});

describe('the same transaction again', () => {
  it('is committed as a duplicate, and the first keeps its status', async () => {
    const { contract, network } = fixture.growers;
    const transaction = await endorse(fixture, 'put', 'once', '1');
    const first = await outcome(transaction);
    expect(first.code).toBe(codes.VALID);
    const heightBefore = fixture.ledger.height();
    expect(await outcome(transaction)).toEqual(first);
    await contract.submitTransaction('put', 'after', '1');
    const found: number[] = [];
    for (let number = heightBefore; number < fixture.ledger.height(); number++) {
      const bytes = await network
        .getContract('qscc')
        .evaluateTransaction('GetBlockByNumber', 'provenance', `${number}`);
      const metadata = common.Block.deserializeBinary(bytes).getMetadata()?.getMetadataList_asU8() ?? [];
      found.push(...(metadata[common.BlockMetadataIndex.TRANSACTIONS_FILTER] ?? []));
    }
    expect(found.toSorted()).toEqual([codes.VALID, codes.DUPLICATE_TXID].toSorted());
  });

  it('is a duplicate within one block too', async () => {
    const transaction = await endorse(sharing, 'put', 'twice', '1');
    const submissions = [await transaction.submit(), await transaction.submit()];
    const found = await Promise.all(submissions.map(outcome));
    expect(found.map(({ code }) => code)).toEqual([codes.VALID, codes.VALID]);
    const filtered = await sharing.growers.network.getFilteredBlockEvents({ startBlock: found[0]?.blockNumber });
    for await (const block of filtered) {
      const transactions = block.getFilteredTransactionsList();
      expect(transactions.map((item) => item.getTxValidationCode())).toEqual([codes.VALID, codes.DUPLICATE_TXID]);
      break;
    }
    filtered.close();
  });

  it('gets no second endorsement once it is committed', async () => {
    const proposal = fixture.growers.contract.newProposal('put', { arguments: ['p', '1'] });
    await outcome(await proposal.endorse());
    const error = await rejection(proposal.endorse());
    expect(error.details[0]?.message).toContain(`duplicate transaction found [${proposal.getTransactionId()}]`);
  });
});

describe(`clients that race for few keys (HOPLINE_SEED=${seed})`, () => {
  it('lose no update: each key ends at the number of its valid increments', async () => {
    const { contract } = fixture.growers;
    const random = generator(seed);
    const valid = new Map<string, number>();
    const client = async () => {
      for (let round = 0; round < 15; round++) {
        const key = `race-${Math.floor(random() * 3)}`;
        const commit = await contract.submitAsync('increment', { arguments: [key] });
        const { code } = await commit.getStatus();
        expect([codes.VALID, codes.MVCC_READ_CONFLICT]).toContain(code);
        if (code === codes.VALID) valid.set(key, (valid.get(key) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 8 }, client));
    for (const [key, count] of valid) expect(json(await contract.evaluateTransaction('get', key))).toBe(count);
    expect(valid.size).toBeGreaterThan(0);
  });
});

/** Mulberry32: a small generator that a seed replays. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
