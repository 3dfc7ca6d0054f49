import { status } from '@grpc/grpc-js';
import { EndorseError, type GatewayError, type SubmittedTransaction } from '@hyperledger/fabric-gateway';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConnectionProfile } from '../connection-profile.ts';
import { startChaincode } from './testing/chaincode-process.ts';
import { type Fixture, json, rejection, startFixture, text, threeOrganisations } from './testing/fixture.ts';
import { connectGateway } from './testing/gateway-client.ts';
import { parseTransaction } from './transaction.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

describe('a transaction', () => {
  it('is endorsed, ordered, committed, and its effect is read', async () => {
    const { contract } = fixture.growers;
    const commit = await contract.submitAsync('put', { arguments: ['lot', 'packed'] });
    const result = await commit.getStatus();
    expect(result.successful).toBe(true);
    expect(result.code).toBe(peer.TxValidationCode.VALID);
    expect(result.transactionId).toBe(commit.getTransactionId());
    expect(Number(result.blockNumber)).toBe(fixture.ledger.height() - 1);
    expect(text(await contract.evaluateTransaction('get', 'lot'))).toBe('packed');
  });

  it('gives back what the contract returned', async () => {
    expect(json(await fixture.growers.contract.submitTransaction('increment', 'returned'))).toBe(1);
    expect(json(await fixture.growers.contract.submitTransaction('increment', 'returned'))).toBe(2);
  });

  it('carries the endorsements of a majority, and no transient data', async () => {
    const { contract, network } = fixture.growers;
    const commit = await contract.submitAsync('put', {
      arguments: ['e', 'visible'],
      transientData: { secret: 'hidden' },
    });
    expect(await endorsersOf(fixture, commit)).toHaveLength(2);
    const block = await network
      .getContract('qscc')
      .evaluateTransaction('GetBlockByTxID', 'provenance', commit.getTransactionId());
    expect(text(block)).toContain('visible');
    expect(text(block)).not.toContain('hidden');
  });

  it('is seen by every organisation through its own peer, as the caller that it is', async () => {
    await fixture.growers.contract.submitTransaction('put', 'shared', 'yes');
    for (const [organisation, { mspId }] of fixture.ledger.profile.organisations.entries()) {
      const client = await connectGateway(fixture.ledger.profile, { organisation });
      expect(text(await client.contract.evaluateTransaction('get', 'shared'))).toBe('yes');
      expect(text(await client.contract.evaluateTransaction('caller'))).toBe(mspId);
      client.close();
    }
  });

  it('reads what is committed, not its own writes, and the time of its proposal', async () => {
    const { contract } = fixture.growers;
    await contract.submitTransaction('put', 'own', 'before');
    expect(text(await contract.submitTransaction('writeThenRead', 'own', 'after'))).toBe('before');
    const proposal = contract.newProposal('timestampMs');
    const before = Date.now();
    expect(Math.abs(json<number>(await proposal.evaluate()) - before)).toBeLessThan(60_000);
  });
});

describe('an error of the contract', () => {
  it('reaches a submitting client with the words of the contract and the peer that said them', async () => {
    const error = await rejection(fixture.growers.contract.submitTransaction('fail', 'lot is on hold'));
    expect(error).toBeInstanceOf(EndorseError);
    expect(error.code).toBe(status.ABORTED);
    expect(error.details).toEqual([
      {
        address: fixture.ledger.profile.organisations[0]?.peer.address,
        mspId: 'GrowersMSP',
        message: 'chaincode response 500, lot is on hold',
      },
    ]);
  });

  it('reaches an evaluating client as UNKNOWN', async () => {
    const error = await rejection(fixture.growers.contract.evaluateTransaction('fail', 'no such lot'));
    expect(error.code).toBe(status.UNKNOWN);
    expect(error.message).toContain('evaluate call to endorser returned error: chaincode response 500, no such lot');
    expect(error.details[0]?.message).toBe('chaincode response 500, no such lot');
  });

  it.each([
    ['invokeOther', 'does not let it invoke another'],
    ['putPrivate', 'private data is not supported'],
    ['setPolicy', 'state-based endorsement is not supported'],
  ])('says what the dev ledger does not have (%s)', async (transaction, words) => {
    const error = await rejection(fixture.growers.contract.evaluateTransaction(transaction));
    expect(error.message).toContain(words);
  });
});

describe('a contract that is not deterministic', () => {
  it('gets no endorsement, and every peer that differs is named', async () => {
    const error = await rejection(fixture.growers.contract.submitTransaction('random'));
    expect(error.code).toBe(status.ABORTED);
    expect(error.message).toContain('failed to collect enough transaction endorsements');
    expect(error.details.map((detail) => detail.message)).toEqual([
      'ProposalResponsePayloads do not match',
      'ProposalResponsePayloads do not match',
    ]);
  });
});

describe('queries of chaincode', () => {
  it('gives ranges in order, over several messages, to the end', async () => {
    const { contract } = fixture.growers;
    await contract.submitTransaction('putMany', 'many-', '250');
    const keys = json<string[]>(await contract.evaluateTransaction('keys', 'many-', 'many-~'));
    expect(keys).toHaveLength(250);
    expect(keys).toEqual([...keys].sort());
    const some = json<string[]>(await contract.evaluateTransaction('keys', 'many-00010', 'many-00013'));
    expect(some).toEqual(['many-00010', 'many-00011', 'many-00012']);
    expect(json(await contract.evaluateTransaction('keys', 'nothing-', 'nothing-~'))).toEqual([]);
  });

  it('gives exactly a message of a hundred without a second one', async () => {
    const { contract } = fixture.growers;
    await contract.submitTransaction('putMany', 'hundred-', '100');
    expect(json(await contract.evaluateTransaction('keys', 'hundred-', 'hundred-~'))).toHaveLength(100);
  });

  it('gives pages with bookmarks until the last', async () => {
    const { contract } = fixture.growers;
    await contract.submitTransaction('putMany', 'page-', '25');
    const pages: string[][] = [];
    let bookmark = '';
    do {
      const answer = await contract.evaluateTransaction('page', 'page-', 'page-~', '10', bookmark);
      const page = json<{ keys: string[]; bookmark: string; count: number }>(answer);
      expect(page.count).toBe(page.keys.length);
      pages.push(page.keys);
      bookmark = page.bookmark;
    } while (bookmark !== '');
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(new Set(pages.flat()).size).toBe(25);
  });

  it('finds composite keys by their first part', async () => {
    const { contract } = fixture.growers;
    await contract.submitTransaction('putComposite', 'holding', 'lot/1', 'place a');
    await contract.submitTransaction('putComposite', 'holding', 'lot/1', 'place b');
    await contract.submitTransaction('putComposite', 'holding', 'lot/10', 'place c');
    expect(json(await contract.evaluateTransaction('compositeKeys', 'holding', 'lot/1'))).toEqual([
      ['lot/1', 'place a'],
      ['lot/1', 'place b'],
    ]);
  });

  it('gives the history of a key, newest first, deletions included', async () => {
    const { contract } = fixture.growers;
    const ids: string[] = [];
    for (const [name, ...args] of [
      ['put', 'story', 'one'],
      ['put', 'story', 'two'],
      ['remove', 'story'],
    ] as const) {
      const commit = await contract.submitAsync(name, { arguments: [...args] });
      await commit.getStatus();
      ids.unshift(commit.getTransactionId());
    }
    const history = json<{ txId: string; value: string; isDelete: boolean }[]>(
      await contract.evaluateTransaction('history', 'story'),
    );
    expect(history).toEqual([
      { txId: ids[0], value: '', isDelete: true },
      { txId: ids[1], value: 'two', isDelete: false },
      { txId: ids[2], value: 'one', isDelete: false },
    ]);
    expect(text(await contract.evaluateTransaction('get', 'story'))).toBe('');
  });

  it('takes an empty value for a deletion, as Fabric does', async () => {
    const { contract } = fixture.growers;
    await contract.submitTransaction('put', 'empty', 'full');
    await contract.submitTransaction('put', 'empty', '');
    expect(json(await contract.evaluateTransaction('keys', 'empty', 'empty~'))).toEqual([]);
    const [last] = json<{ isDelete: boolean }[]>(await contract.evaluateTransaction('history', 'empty'));
    expect(last?.isDelete).toBe(true);
  });
});

describe('qscc', () => {
  const evaluate = (...args: string[]) => {
    const [name = '', ...rest] = args;
    return fixture.growers.network.getContract('qscc').evaluateTransaction(name, 'provenance', ...rest);
  };

  it('tells height and hashes of the chain', async () => {
    const info = common.BlockchainInfo.deserializeBinary(await evaluate('GetChainInfo'));
    expect(info.getHeight()).toBe(fixture.ledger.height());
    const last = common.Block.deserializeBinary(await evaluate('GetBlockByNumber', String(info.getHeight() - 1)));
    expect(last.getHeader()?.getPreviousHash_asU8()).toEqual(info.getPreviousblockhash_asU8());
  });

  it('finds a transaction and its block by id', async () => {
    const commit = await fixture.growers.contract.submitAsync('put', { arguments: ['q', '1'] });
    const { blockNumber } = await commit.getStatus();
    const found = await evaluate('GetTransactionByID', commit.getTransactionId());
    const processed = peer.ProcessedTransaction.deserializeBinary(found);
    expect(processed.getValidationcode()).toBe(peer.TxValidationCode.VALID);
    const block = common.Block.deserializeBinary(await evaluate('GetBlockByTxID', commit.getTransactionId()));
    expect(block.getHeader()?.getNumber()).toBe(Number(blockNumber));
  });

  it('says that there is no such block or transaction', async () => {
    const error = await rejection(evaluate('GetBlockByNumber', '999999'));
    expect(error.code).toBe(status.UNKNOWN);
    expect(error.message).toContain('Failed to get block number 999999');
    await expect(evaluate('GetTransactionByID', 'none')).rejects.toThrow('Failed to get transaction with id none');
  });
});

describe('chaincode of its own for each organisation', () => {
  it('is executed by each, survives the restart of one, and does without one', async () => {
    const processes = await Promise.all([startChaincode(), startChaincode(), startChaincode()]);
    const own = await startFixture(threeOrganisations(...processes.map((process) => process.address)));
    try {
      const { contract } = own.growers;
      await contract.submitTransaction('put', 'a', '1');
      await processes[2]?.kill();
      await contract.submitTransaction('put', 'a', '2');
      await processes[0]?.kill();
      const restarted = await startChaincode(Number(processes[0]?.address.split(':')[1]));
      await contract.submitTransaction('put', 'a', '3');
      expect(text(await contract.evaluateTransaction('get', 'a'))).toBe('3');
      await restarted.kill();
    } finally {
      for (const process of processes) await process.kill();
      await own.stop();
    }
  });

  it('is asked only as much as is required, in turn, where the configuration says so', async () => {
    const processes = await Promise.all([startChaincode(), startChaincode(), startChaincode()]);
    const own = await startFixture({
      ...threeOrganisations(...processes.map((process) => process.address)),
      endorsers: 'required',
      limits: { chaincodeConnectTimeoutMs: 300 },
    });
    try {
      const { contract } = own.growers;
      expect(await endorsersOf(own, await contract.submitAsync('put', { arguments: ['a', '1'] }))).toEqual([
        'FreshHubMSP',
        'GrowersMSP',
      ]);
      expect(await endorsersOf(own, await contract.submitAsync('put', { arguments: ['a', '2'] }))).toEqual([
        'GrowersMSP',
        'RetailMSP',
      ]);
      await processes[1]?.kill();
      for (const value of ['3', '4']) {
        expect(await endorsersOf(own, await contract.submitAsync('put', { arguments: ['a', value] }))).toEqual([
          'GrowersMSP',
          'RetailMSP',
        ]);
      }
    } finally {
      for (const process of processes) await process.kill();
      await own.stop();
    }
  });

  it('that dies in a transaction fails that transaction, and comes back', async () => {
    const own = await startFixture();
    try {
      const error = await rejection(own.growers.contract.evaluateTransaction('crash'));
      expect(error.code).toBe(status.ABORTED);
      expect(error.details[0]?.message).toContain('chaincode stream terminated');
      const restarted = await startChaincode(Number(own.chaincode.address.split(':')[1]));
      expect(text(await own.growers.contract.evaluateTransaction('caller'))).toBe('GrowersMSP');
      await restarted.kill();
    } finally {
      await own.stop();
    }
  });

  it('that takes too long or is not there is reported in time', async () => {
    const own = await startFixture({ limits: { executeTimeoutMs: 200, chaincodeConnectTimeoutMs: 300 } });
    try {
      const late = await rejection(own.growers.contract.submitTransaction('slow', 'k', '1000'));
      expect(late.details[0]?.message).toContain('timeout expired while executing transaction');
      await own.chaincode.kill();
      const gone = await rejection(own.growers.contract.submitTransaction('put', 'k', 'v'));
      expect(gone.code).toBe(status.ABORTED);
      expect(gone.details[0]?.message).toMatch(/could not launch chaincode|chaincode stream terminated/);
    } finally {
      await own.stop();
    }
  });
});

describe('many clients', () => {
  it('commit hundreds of transactions at the same time, each once', async () => {
    const { contract } = fixture.growers;
    const before = fixture.ledger.height();
    const keys = Array.from({ length: 300 }, (_, index) => `load-${String(index).padStart(3, '0')}`);
    await Promise.all(keys.map((key) => contract.submitTransaction('put', key, key)));
    expect(json(await contract.evaluateTransaction('keys', 'load-', 'load-~'))).toEqual(keys);
    expect(fixture.ledger.height() - before).toBeLessThan(keys.length);
  });

  it('are told when they are too many at once', async () => {
    const own = await startFixture({ limits: { maxGatewayCalls: 2 } });
    try {
      const calls = Array.from({ length: 8 }, () => own.growers.contract.evaluateTransaction('slow', 'k', '1500'));
      const outcomes = await Promise.allSettled(calls);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(refused).toHaveLength(6);
      for (const error of refused as GatewayError[]) {
        expect(error.code).toBe(status.UNKNOWN);
        expect(error.message).toContain('too many requests for /gateway.Gateway, exceeding concurrency limit (2)');
      }
    } finally {
      await own.stop();
    }
  });
});

describe('the connection profile', () => {
  it('is a file that says the same as the running ledger', async () => {
    expect(await readConnectionProfile(fixture.ledger.profileFile)).toEqual(fixture.ledger.profile);
  });

  it('works over TLS with the certificate that it names', async () => {
    const own = await startFixture({ tls: true });
    try {
      expect(own.ledger.profile.organisations[0]?.peer.tls).not.toBeNull();
      await own.growers.contract.submitTransaction('put', 'secure', 'yes');
      expect(text(await own.growers.contract.evaluateTransaction('get', 'secure'))).toBe('yes');
    } finally {
      await own.stop();
    }
  });
});

/** Organisations whose endorsements a committed transaction carries. */
async function endorsersOf(own: Fixture, commit: SubmittedTransaction): Promise<string[]> {
  expect((await commit.getStatus()).successful).toBe(true);
  const answer = await own.growers.network
    .getContract('qscc')
    .evaluateTransaction('GetTransactionByID', 'provenance', commit.getTransactionId());
  const envelope = peer.ProcessedTransaction.deserializeBinary(answer).getTransactionenvelope();
  const parsed = parseTransaction(envelope?.serializeBinary() ?? new Uint8Array());
  if ('code' in parsed || !parsed.action) throw new Error('not a transaction');
  return parsed.action.endorsements
    .map(({ endorser }) => msp.SerializedIdentity.deserializeBinary(endorser).getMspid())
    .sort();
}
