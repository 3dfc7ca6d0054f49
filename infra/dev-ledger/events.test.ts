import { createPrivateKey } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { type ChaincodeEvent, checkpointers } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataHash, envelopesOf, headerHash } from './block.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { signLowS } from './ecdsa.ts';
import { type Fixture, rejection, startFixture, text } from './testing/fixture.ts';
import { connectGateway } from './testing/gateway-client.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  for (let index = 0; index < 5; index++) await fixture.growers.contract.submitTransaction('put', `k${index}`, 'v');
});
afterAll(() => fixture.stop());

async function take<T>(items: AsyncIterable<T> & { close(): void }, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  items.close();
  return taken;
}

const numberOf = (block: common.Block) => block.getHeader()?.getNumber();

describe('block events', () => {
  it('come from a start block on, in order, as one hash chain', async () => {
    const blocks = await take(await fixture.growers.network.getBlockEvents({ startBlock: 0n }), 6);
    expect(blocks.map(numberOf)).toEqual([0, 1, 2, 3, 4, 5]);
    let previous: Uint8Array = new Uint8Array();
    for (const block of blocks) {
      const header = block.getHeader() ?? new common.BlockHeader();
      expect(Buffer.from(header.getPreviousHash_asU8()).equals(previous)).toBe(true);
      expect(Buffer.from(header.getDataHash_asU8()).equals(dataHash(envelopesOf(block)))).toBe(true);
      previous = headerHash(header);
    }
  });

  it('wait for blocks to come, and without a start give only those', async () => {
    const events = await fixture.growers.network.getBlockEvents();
    // The first block after the request: made until one arrives, because the request has no acknowledgement of its own.
    const height = fixture.ledger.height();
    const first = take(events, 1);
    let arrived = false;
    first.finally(() => {
      arrived = true;
    });
    while (!arrived) await fixture.growers.contract.submitTransaction('put', 'new', 'v');
    expect(numberOf((await first)[0] ?? new common.Block())).toBeGreaterThanOrEqual(height);
  });

  it('go on from a checkpoint', async () => {
    const { network } = fixture.growers;
    const checkpoint = checkpointers.inMemory();
    await checkpoint.checkpointBlock(2n);
    const blocks = await take(await network.getBlockEvents({ startBlock: 0n, checkpoint }), 2);
    expect(blocks.map(numberOf)).toEqual([3, 4]);
  });

  it('can be had filtered: ids and findings without contents', async () => {
    const [genesis, first] = await take(await fixture.growers.network.getFilteredBlockEvents({ startBlock: 0n }), 2);
    expect(genesis?.getFilteredTransactionsList()[0]?.getType()).toBe(common.HeaderType.CONFIG);
    expect(first?.getChannelId()).toBe('provenance');
    const [transaction] = first?.getFilteredTransactionsList() ?? [];
    expect(transaction?.getType()).toBe(common.HeaderType.ENDORSER_TRANSACTION);
    expect(transaction?.getTxid()).toMatch(/^[0-9a-f]{64}$/);
    expect(transaction?.getTxValidationCode()).toBe(peer.TxValidationCode.VALID);
  });

  it('reach many listeners that start at different blocks', async () => {
    const { network } = fixture.growers;
    const listeners = await Promise.all(
      [0n, 2n, 4n].map(async (startBlock) => take(await network.getBlockEvents({ startBlock }), 2)),
    );
    expect(listeners.map((blocks) => blocks.map(numberOf))).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
  });

  it('are refused from beyond the chain, and for strangers', async () => {
    const { network } = fixture.growers;
    const beyond = take(await network.getBlockEvents({ startBlock: 1_000n }), 1);
    await expect(beyond).rejects.toThrow(/NOT_FOUND|404/);
    const foreign = await createCertificateAuthority('GrowersMSP', 'ca.foreign', Date.now());
    const pair = await foreign.issueIdentity('mallory', 'client');
    const key = createPrivateKey(pair.key);
    const stranger = await connectGateway(fixture.ledger.profile, {
      identity: { mspId: 'GrowersMSP', credentials: Buffer.from(pair.cert) },
      signer: (message) => signLowS(key, message),
    });
    await expect(take(await stranger.network.getBlockEvents({ startBlock: 0n }), 1)).rejects.toThrow(/FORBIDDEN|403/);
    const events = stranger.network.getChaincodeEvents('hopline', { startBlock: 0n });
    const error = await rejection(events.then((stream) => take(stream, 1)));
    expect(error.code).toBe(status.PERMISSION_DENIED);
    stranger.close();
  });

  it('of private data are not there', async () => {
    const events = await fixture.growers.network.getBlockAndPrivateDataEvents({ startBlock: 0n });
    const error = await rejection(take(events, 1));
    expect(error.code).toBe(status.UNIMPLEMENTED);
  });
});

describe('chaincode events', () => {
  const shown = ({ eventName, payload }: ChaincodeEvent) => [eventName, text(payload)];

  it('come from a start block on with name, payload, transaction and block', async () => {
    const { contract, network } = fixture.growers;
    const startBlock = BigInt(fixture.ledger.height());
    const commit = await contract.submitAsync('emit', { arguments: ['LotShipped', '{"lot":1}'] });
    const { blockNumber } = await commit.getStatus();
    const [event] = await take(await network.getChaincodeEvents('hopline', { startBlock }), 1);
    expect(event && shown(event)).toEqual(['LotShipped', '{"lot":1}']);
    expect(event?.transactionId).toBe(commit.getTransactionId());
    expect(event?.blockNumber).toBe(blockNumber);
    expect(event?.chaincodeName).toBe('hopline');
  });

  it('are not sent for transactions that turned out invalid', async () => {
    const { contract, network } = fixture.growers;
    const startBlock = BigInt(fixture.ledger.height());
    const duplicate = await contract.newProposal('emit', { arguments: ['Once', '1'] }).endorse();
    await (await duplicate.submit()).getStatus();
    await (await duplicate.submit()).getStatus();
    await contract.submitTransaction('emit', 'Last', '2');
    const events = await take(await network.getChaincodeEvents('hopline', { startBlock }), 2);
    expect(events.map(shown)).toEqual([
      ['Once', '1'],
      ['Last', '2'],
    ]);
  });

  it('go on after the transaction of a checkpoint, in the middle of a block', async () => {
    const own = await startFixture({ orderer: { batchTimeoutMs: 30_000, maxTransactionsPerBlock: 3 } });
    try {
      const { contract, network } = own.growers;
      const commits = await Promise.all(
        ['A', 'B', 'C'].map((name) => contract.submitAsync('emit', { arguments: [name, name] })),
      );
      await Promise.all(commits.map((commit) => commit.getStatus()));
      const all = await take(await network.getChaincodeEvents('hopline', { startBlock: 0n }), 3);
      expect(new Set(all.map((event) => event.blockNumber)).size).toBe(1);
      const checkpoint = checkpointers.inMemory();
      if (all[0]) await checkpoint.checkpointChaincodeEvent(all[0]);
      const rest = await take(await network.getChaincodeEvents('hopline', { checkpoint }), 2);
      expect(rest.map(shown)).toEqual(all.slice(1).map(shown));
    } finally {
      await own.stop();
    }
  });
});
