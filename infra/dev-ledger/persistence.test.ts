import { copyFile, cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { freePort } from '@hopline/protocol/node';
import { common, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataHash, envelopesOf, headerHash } from './block.ts';
import { startDevLedger } from './dev-ledger.ts';
import { type ChaincodeProcess, startChaincode } from './testing/chaincode-process.ts';
import { json, startFixture, temporaryFolder, text, threeOrganisations } from './testing/fixture.ts';
import { connectGateway, type GatewayClient } from './testing/gateway-client.ts';
import { runMain, startLedgerProcess } from './testing/ledger-process.ts';

const RECORD_HEADER_BYTES = 8;
const MAGIC_BYTES = 8;
const seed = Number(process.env.HOPLINE_SEED ?? Math.floor(Math.random() * 2 ** 31));

let chaincode: ChaincodeProcess;
const folders: string[] = [];
beforeAll(async () => {
  chaincode = await startChaincode();
});
afterAll(async () => {
  await chaincode.kill();
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await temporaryFolder();
  folders.push(folder);
  return folder;
}

const open = (dataDir: string) => startDevLedger({ dataDir, config: threeOrganisations(chaincode.address) });

/** A data folder with a few committed blocks. */
async function ledgerFolder(): Promise<string> {
  const dataDir = await newFolder();
  const ledger = await open(dataDir);
  const client = await connectGateway(ledger.profile);
  await client.contract.submitTransaction('put', 'kept', 'one');
  await client.contract.submitTransaction('put', 'kept', 'two');
  await client.contract.submitTransaction('emit', 'Kept', 'three');
  client.close();
  await ledger.stop();
  return dataDir;
}

type Record = { start: number; bytes: Buffer; block: common.Block };

/** Reads a block file by the description of its format, not by the ledger's own code. */
async function readRecords(dataDir: string): Promise<Record[]> {
  const file = await readFile(join(dataDir, 'blocks.dat'));
  expect(file.subarray(0, MAGIC_BYTES).toString()).toBe('HOPBLKS1');
  const records: Record[] = [];
  for (let start = MAGIC_BYTES; start < file.length; ) {
    const length = file.readUInt32BE(start);
    const bytes = file.subarray(start + RECORD_HEADER_BYTES, start + RECORD_HEADER_BYTES + length);
    if (bytes.length < length) break;
    expect(crc32(bytes)).toBe(file.readUInt32BE(start + 4));
    records.push({ start, bytes, block: common.Block.deserializeBinary(bytes) });
    start += RECORD_HEADER_BYTES + length;
  }
  return records;
}

function expectHashChain(blocks: common.Block[]): void {
  let previous: Uint8Array = new Uint8Array();
  for (const [number, block] of blocks.entries()) {
    const header = block.getHeader() ?? new common.BlockHeader();
    expect(header.getNumber()).toBe(number);
    expect(Buffer.from(header.getPreviousHash_asU8()).equals(previous)).toBe(true);
    expect(Buffer.from(header.getDataHash_asU8()).equals(dataHash(envelopesOf(block)))).toBe(true);
    previous = headerHash(header);
  }
}

/** Ids of the transactions in the blocks that are valid. */
function validTransactions(blocks: common.Block[]): string[] {
  return blocks.flatMap((block) => {
    const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
    return envelopesOf(block).flatMap((envelope, position) => {
      const bytes = common.Envelope.deserializeBinary(envelope).getPayload_asU8();
      const header = common.Payload.deserializeBinary(bytes).getHeader() ?? new common.Header();
      const txId = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()).getTxId();
      return codes?.[position] === peer.TxValidationCode.VALID && txId !== '' ? [txId] : [];
    });
  });
}

async function expectKept(dataDir: string): Promise<void> {
  const ledger = await open(dataDir);
  const client = await connectGateway(ledger.profile);
  try {
    expect(ledger.height()).toBe(4);
    expect(text(await client.contract.evaluateTransaction('get', 'kept'))).toBe('two');
    expect(json(await client.contract.evaluateTransaction('history', 'kept'))).toMatchObject([
      { value: 'two' },
      { value: 'one' },
    ]);
    await client.contract.submitTransaction('increment', 'more');
    expect(ledger.height()).toBe(5);
  } finally {
    client.close();
    await ledger.stop();
  }
}

describe('after a restart', () => {
  it('blocks, state, history, identities and ids are there, and the chain goes on', async () => {
    const dataDir = await newFolder();
    const first = await open(dataDir);
    const client = await connectGateway(first.profile);
    const transaction = await client.contract.newProposal('put', { arguments: ['kept', 'one'] }).endorse();
    const before = await (await transaction.submit()).getStatus();
    client.close();
    await first.stop();

    const second = await open(dataDir);
    const again = await connectGateway(second.profile);
    const after = await (await again.gateway.newTransaction(transaction.getBytes()).submit()).getStatus();
    expect(after).toMatchObject({ code: before.code, blockNumber: before.blockNumber });
    await again.contract.submitTransaction('put', 'next', 'x');
    again.close();
    await second.stop();
    expectHashChain((await readRecords(dataDir)).map((record) => record.block));
  });

  it('the state is built again from the blocks where it is lost', async () => {
    const dataDir = await ledgerFolder();
    await rm(join(dataDir, 'state'), { recursive: true });
    await expectKept(dataDir);
  });

  it('the state catches up with the blocks where it is older', async () => {
    const dataDir = await newFolder();
    const ledger = await open(dataDir);
    await ledger.stop();
    await cp(join(dataDir, 'state'), join(dataDir, 'old-state'), { recursive: true });
    const running = await open(dataDir);
    const client = await connectGateway(running.profile);
    await client.contract.submitTransaction('put', 'kept', 'one');
    await client.contract.submitTransaction('put', 'kept', 'two');
    await client.contract.submitTransaction('put', 'x', 'three');
    client.close();
    await running.stop();
    await rm(join(dataDir, 'state'), { recursive: true });
    await cp(join(dataDir, 'old-state'), join(dataDir, 'state'), { recursive: true });
    await expectKept(dataDir);
  });

  it('what a crash tore at the end is cut off', async () => {
    const dataDir = await ledgerFolder();
    const file = join(dataDir, 'blocks.dat');
    const whole = await readFile(file);
    const [, second] = await readRecords(dataDir);
    // The first part of a record that was never finished.
    const torn = whole.subarray(second?.start, (second?.start ?? 0) + 300);
    await writeFile(file, Buffer.concat([whole, torn]));
    await expectKept(dataDir);
    expectHashChain((await readRecords(dataDir)).map((record) => record.block));
  });

  it('a file that grew before its content arrived is cut off', async () => {
    const dataDir = await ledgerFolder();
    const file = join(dataDir, 'blocks.dat');
    await writeFile(file, Buffer.concat([await readFile(file), Buffer.alloc(4096)]));
    await expectKept(dataDir);
  });
});

describe('what was altered is found at the start', () => {
  const rewrite = async (change: (file: Buffer, records: Record[]) => void) => {
    const dataDir = await ledgerFolder();
    const path = join(dataDir, 'blocks.dat');
    const file = await readFile(path);
    change(file, await readRecords(dataDir));
    await writeFile(path, file);
    return dataDir;
  };
  const fixChecksum = (file: Buffer, { start, bytes }: Record) => {
    const content = file.subarray(start + RECORD_HEADER_BYTES, start + RECORD_HEADER_BYTES + bytes.length);
    file.writeUInt32BE(crc32(content), start + 4);
  };
  const at = (records: Record[], index: number) => {
    const record = records[index];
    if (!record) throw new Error('no such block');
    return record;
  };

  it('a changed byte, by the checksum, and the block is named', async () => {
    const dataDir = await rewrite((file, records) => {
      const position = at(records, 1).start + 500;
      file[position] = (file[position] ?? 0) ^ 1;
    });
    await expect(open(dataDir)).rejects.toMatchObject({ code: 'BLOCK_FILE_DAMAGED' });
    await expect(open(dataDir)).rejects.toThrow(/block 1 .*checksum/);
  });

  it('a changed transaction with a new checksum, by the hash in the header', async () => {
    const dataDir = await rewrite((file, records) => {
      const record = at(records, 2);
      const position = file.indexOf('two', record.start);
      file.write('six', position);
      fixChecksum(file, record);
    });
    await expect(open(dataDir)).rejects.toThrow(/block 2: its data does not match/);
  });

  it('a changed finding with a new checksum, by the commit hash', async () => {
    const dataDir = await rewrite((file, records) => {
      const record = at(records, 3);
      const metadata = record.block.getMetadata()?.getMetadataList_asU8() ?? [];
      const hash = metadata[common.BlockMetadataIndex.COMMIT_HASH] ?? new Uint8Array();
      // The transactions' codes stand before the (empty) orderer's entry and the commit hash.
      const position = file.indexOf(Buffer.from(hash), record.start) - 5;
      expect(file[position]).toBe(peer.TxValidationCode.VALID);
      file[position] = peer.TxValidationCode.MVCC_READ_CONFLICT;
      fixChecksum(file, record);
    });
    await expect(open(dataDir)).rejects.toThrow(/block 3: its validation codes do not match/);
  });

  it('missing blocks at the end, by the state', async () => {
    const dataDir = await ledgerFolder();
    const records = await readRecords(dataDir);
    await truncate(join(dataDir, 'blocks.dat'), at(records, 3).start);
    await expect(open(dataDir)).rejects.toMatchObject({ code: 'BLOCKS_MISSING' });
  });

  it('a chain of somebody else, by its organisations', async () => {
    const [one, other] = [await ledgerFolder(), await ledgerFolder()];
    await copyFile(join(other, 'blocks.dat'), join(one, 'blocks.dat'));
    await expect(open(one)).rejects.toMatchObject({ code: 'BLOCK_FILE_DAMAGED' });
  });

  it('other organisations or another channel in the configuration', async () => {
    const dataDir = await ledgerFolder();
    const config = threeOrganisations(chaincode.address);
    await expect(startDevLedger({ dataDir, config: { ...config, channel: 'other' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    const fewer = { organisations: config.organisations?.slice(0, 2) };
    await expect(startDevLedger({ dataDir, config: fewer })).rejects.toThrow(/began with channel provenance/);
  });
});

describe('the data folder', () => {
  it('is open to one ledger at a time, in this process and in others', async () => {
    const dataDir = await newFolder();
    const ledger = await open(dataDir);
    await expect(open(dataDir)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
    const { code, stderr } = await runMain('--data', dataDir, '--port-base', '0');
    expect(code).toBe(1);
    expect(stderr).toContain('in use by another process (DATA_FOLDER_IN_USE)');
    await ledger.stop();
    await (await open(dataDir)).stop();
  });

  it('is let go when a port is taken, and the port is named', async () => {
    const own = await startFixture();
    const port = Number(own.ledger.profile.organisations[0]?.peer.address.split(':')[1]);
    const dataDir = await newFolder();
    const start = startDevLedger({ dataDir, portBase: port, config: threeOrganisations(chaincode.address) });
    await expect(start).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    await expect(start).rejects.toThrow(`127.0.0.1:${port}`);
    await own.stop();
    await (await open(dataDir)).stop();
  });
});

describe('the command', () => {
  it('explains itself, and what is wrong with its arguments', async () => {
    const help = await runMain('--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('one orderer');
    for (const [args, words] of [
      [[], '--data is required'],
      [['--data', 'x', '--port-base', 'y'], '--port-base y is not a port'],
      [['--nonsense'], "Unknown option '--nonsense'"],
      [['--data', 'x', '--config', 'missing.json'], "can't read missing.json"],
    ] as const) {
      const { code, stderr } = await runMain(...args);
      expect(code).toBe(1);
      expect(stderr).toContain(words);
    }
  });

  it('listens where it is told, commits what it accepted when it is terminated, and goes on with the same ports', async () => {
    const dataDir = await newFolder();
    const portBase = String(await freePort());
    const options = ['--chaincode', chaincode.address, '--port-base', portBase];
    const first = await startLedgerProcess(dataDir, ...options);
    expect(first.profile.organisations.map((org) => org.peer.address)).toEqual(
      [0, 1, 2].map((index) => `127.0.0.1:${Number(portBase) + index}`),
    );
    const client = await connectGateway(first.profile);
    await client.contract.submitAsync('put', { arguments: ['last', 'word'] });
    expect(await first.terminate()).toBe(0);
    const second = await startLedgerProcess(dataDir, ...options);
    expect(text(await client.contract.evaluateTransaction('get', 'last'))).toBe('word');
    client.close();
    await second.terminate();
  });
});

describe(`killed under load (HOPLINE_SEED=${seed})`, () => {
  it('loses nothing that it reported as committed, again and again', async () => {
    const dataDir = await newFolder();
    const committed = new Map<string, string>();
    let value = seed;
    for (let round = 0; round < 4; round++) {
      const ledger = await startLedgerProcess(dataDir, '--chaincode', chaincode.address);
      const client = await connectGateway(ledger.profile, { organisation: round % 3 });
      const load = Array.from({ length: 12 }, (_, worker) =>
        submitUntilItEnds(client, `${round}-${worker}`, committed),
      );
      value = (Math.imul(value, 1_103_515_245) + 12_345) & 0x7fffffff;
      const before = committed.size;
      while (committed.size < before + 10) await sleep(10);
      await sleep(value % 300);
      await ledger.kill();
      await Promise.all(load);
      client.close();
    }
    expect(committed.size).toBeGreaterThanOrEqual(40);

    const ledger = await startLedgerProcess(dataDir, '--chaincode', chaincode.address);
    const client = await connectGateway(ledger.profile);
    for (const [txId, key] of committed) {
      expect(text(await client.contract.evaluateTransaction('get', key))).toBe(txId.slice(0, 8));
    }
    client.close();
    await ledger.terminate();
    const blocks = (await readRecords(dataDir)).map((record) => record.block);
    expectHashChain(blocks);
    const valid = validTransactions(blocks);
    expect(new Set(valid).size).toBe(valid.length);
    expect(valid).toEqual(expect.arrayContaining([...committed.keys()]));
  });
});

/** Submits one transaction after the other until the ledger is gone; notes those whose commit was reported. */
async function submitUntilItEnds(client: GatewayClient, prefix: string, committed: Map<string, string>): Promise<void> {
  for (let count = 0; ; count++) {
    const key = `${prefix}-${count}`;
    try {
      const proposal = client.contract.newProposal('putOwnId', { arguments: [key] });
      const commit = await (await proposal.endorse()).submit();
      const { successful } = await commit.getStatus();
      if (successful) committed.set(commit.getTransactionId(), key);
    } catch {
      return;
    }
  }
}
