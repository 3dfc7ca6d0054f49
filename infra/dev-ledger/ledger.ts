import { join } from 'node:path';
import { common, peer } from '@hyperledger/fabric-protos';
import {
  type ChainLink,
  codesOf,
  envelopesOf,
  headerHash,
  type OrderedBlock,
  recordFindings,
  verifyBlock,
} from './block.ts';
import { BlockFile } from './block-file.ts';
import type { Limits } from './config.ts';
import { DevLedgerError } from './errors.ts';
import type { Membership } from './membership.ts';
import { BlockWrites } from './mvcc.ts';
import { encode } from './proto.ts';
import {
  type Savepoint,
  type StateSnapshot,
  StateStore,
  type StateUpdate,
  type TransactionRecord,
} from './state-store.ts';
import { isIndexed, parseTransaction, type ValidationCode } from './transaction.ts';

const { VALID, NOT_VALIDATED } = peer.TxValidationCode;

/** What the committer found about one transaction; the id is empty where the envelope shows none. */
export type Finding = { txId: string; code: ValidationCode };

/** A block on its way into the ledger: the findings on its transactions, and the writes of the valid ones. */
export type ValidatedBlock = { ordered: OrderedBlock; findings: Finding[]; writes: BlockWrites };

/**
 * The peers' ledger: the blocks, and the state that follows from them. A block is committed in three steps: its record
 * is appended and synced, the state moves to it in one atomic batch, then readers and waiters learn of it. A crash after
 * the first step is healed at the next start by applying the block again; before it, the block never was.
 */
export class Ledger {
  readonly #file: BlockFile;
  readonly #state: StateStore;
  readonly #maxCachedBlocks: number;
  readonly #cache = new Map<number, common.Block>();
  readonly #waiting = new Set<() => void>();
  #tip: ChainLink | undefined;

  private constructor(file: BlockFile, state: StateStore, tip: ChainLink | undefined, limits: Limits) {
    this.#file = file;
    this.#state = state;
    this.#tip = tip;
    this.#maxCachedBlocks = limits.maxCachedBlocks;
  }

  /**
   * Opens the ledger in a folder, alone. Reads all blocks, checks the chain, and applies the blocks that the state does
   * not have yet.
   *
   * @throws DevLedgerError DATA_FOLDER_IN_USE, BLOCK_FILE_DAMAGED, BLOCKS_MISSING
   */
  static async open(folder: string, fsync: 'block' | 'never', orderers: Membership, limits: Limits): Promise<Ledger> {
    const state = await StateStore.open(join(folder, 'state'));
    try {
      const path = join(folder, 'blocks.dat');
      const savepoint = state.savepoint();
      let tip: ChainLink | undefined;
      const file = await BlockFile.open(path, fsync, async (bytes, number) => {
        const block = common.Block.deserializeBinary(bytes);
        const link = await verifyBlock(block, tip, orderers);
        const problem = 'problem' in link ? link.problem : contradiction(link, savepoint);
        if (problem) {
          throw new DevLedgerError('BLOCK_FILE_DAMAGED', `${path} was altered: block ${number}: ${problem}`);
        }
        tip = link as ChainLink;
        if (number > (savepoint?.block ?? -1)) await state.commit(updateFromBlock(block, tip));
      });
      if (savepoint && savepoint.block >= file.height) {
        await file.close();
        throw new DevLedgerError(
          'BLOCKS_MISSING',
          `${path} ends before block ${file.height}, but the state knows blocks up to ${savepoint.block}`,
        );
      }
      return new Ledger(file, state, tip, limits);
    } catch (error) {
      await state.close();
      throw error;
    }
  }

  /** Number of committed blocks. */
  get height(): number {
    return this.#tip ? this.#tip.number + 1 : 0;
  }

  /** Hash of the last committed block's header. */
  get tipHash(): Uint8Array {
    return this.#tip?.headerHash ?? new Uint8Array();
  }

  /** When this is done, the block and its effects survive a crash at any point. */
  async commit({ ordered, findings, writes }: ValidatedBlock): Promise<void> {
    const codes = findings.map((finding) => finding.code);
    const commitHash = recordFindings(ordered, codes, this.#tip?.commitHash ?? new Uint8Array());
    const link = { number: ordered.number, headerHash: ordered.headerHash, commitHash };
    await this.#file.append(encode(ordered.block));
    await this.#state.commit({
      savepoint: savepointOf(link),
      writes: [...writes.entries()],
      transactions: recordsOf(ordered.number, findings),
    });
    this.#remember(ordered.number, ordered.block);
    this.#tip = link;
    for (const wake of [...this.#waiting]) wake();
  }

  /** A committed block, which must not be changed; undefined where it is not committed yet. */
  async block(number: number): Promise<common.Block | undefined> {
    if (number >= this.height) return undefined;
    const cached = this.#cache.get(number);
    if (cached) return cached;
    const bytes = await this.#file.read(number);
    return bytes && common.Block.deserializeBinary(bytes);
  }

  /** Committed blocks from a number on, waiting for those to come, until the signal is given. */
  async *blocksFrom(start: number, signal: AbortSignal): AsyncGenerator<common.Block, void> {
    for (let number = start; !signal.aborted; ) {
      const block = await this.block(number);
      if (block) {
        yield block;
        number++;
      } else {
        await this.nextCommit(signal);
      }
    }
  }

  /** Done at the next commit, or when the signal is given. */
  nextCommit(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted) wake();
    });
  }

  transaction(txId: string): TransactionRecord | undefined {
    return this.#state.transaction(txId);
  }

  snapshot(): StateSnapshot {
    return this.#state.snapshot();
  }

  async close(): Promise<void> {
    await this.#file.close();
    await this.#state.close();
  }

  #remember(number: number, block: common.Block): void {
    this.#cache.set(number, block);
    this.#cache.delete(number - this.#maxCachedBlocks);
  }
}

/** Information that Fabric calls common.BlockchainInfo. */
export async function chainInfo(ledger: Ledger): Promise<common.BlockchainInfo> {
  const { height } = ledger;
  const last = (await ledger.block(height - 1))?.getHeader();
  const info = new common.BlockchainInfo();
  info.setHeight(height);
  if (last) {
    info.setCurrentblockhash(headerHash(last));
    info.setPreviousblockhash(last.getPreviousHash_asU8());
  }
  return info;
}

/** Where block and savepoint are of one height, they must be of one history. */
function contradiction(link: ChainLink, savepoint: Savepoint | undefined): string | undefined {
  if (link.number !== savepoint?.block) return undefined;
  const { headerHash: header, commitHash } = savepointOf(link);
  return header === savepoint.headerHash && commitHash === savepoint.commitHash
    ? undefined
    : 'it is not the block that the state was built from';
}

/** What a committed block changes, by the findings recorded in it. */
function updateFromBlock(block: common.Block, link: ChainLink): StateUpdate {
  const codes = codesOf(block);
  const writes = new BlockWrites();
  const findings = envelopesOf(block).map((envelope, position): Finding => {
    const parsed = parseTransaction(envelope);
    const code = (codes[position] ?? NOT_VALIDATED) as ValidationCode;
    if ('code' in parsed) return { txId: '', code };
    if (code === VALID && parsed.action) writes.add(parsed.action.sets, { block: link.number, transaction: position });
    return { txId: parsed.txId, code };
  });
  return {
    savepoint: savepointOf(link),
    writes: [...writes.entries()],
    transactions: recordsOf(link.number, findings),
  };
}

function savepointOf({ number, headerHash: header, commitHash }: ChainLink): Savepoint {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return { block: number, headerHash: hex(header), commitHash: hex(commitHash) };
}

function recordsOf(block: number, findings: Finding[]): StateUpdate['transactions'] {
  return findings.flatMap(({ txId, code }, transaction) =>
    txId !== '' && isIndexed(code) ? [{ txId, record: { block, transaction, code } }] : [],
  );
}
