import {
  equal,
  fromBase64Url,
  noPrevious,
  parseStatement,
  toBase64Url,
  type UnverifiedStatement,
  verifyStatement,
} from '@hopline/protocol';
import { z } from 'zod';
import { EndorsementCheck, type EndorsementCounts } from './check-endorsements.ts';
import type { Fault } from './fault.ts';
import type { LedgerBlock, LedgerTransaction } from './ledger-blocks.ts';
import { RegistryHistory } from './registry-history.ts';

/** A statement in a valid transaction. */
export interface AnchoredStatement {
  readonly parsed: UnverifiedStatement;
  readonly transaction: string;
  readonly block: number;
}

export interface LedgerFindings {
  readonly registry: RegistryHistory;
  /** By edge node, in the order of the ledger. */
  readonly statements: ReadonlyMap<string, readonly AnchoredStatement[]>;
  readonly transactions: { readonly valid: number; readonly invalid: number };
  readonly endorsements: EndorsementCounts;
  readonly faults: readonly Fault[];
}

const anchorArgument = z.object({ statements: z.array(z.string()) });

/**
 * Goes through the blocks from the first: the chain of headers, the data hashes, and in valid transactions the
 * signatures of client and endorsers, the enrolments, and each edge node's statements with signature, sequence and digest
 * chain.
 *
 * @param anchors certificates (PEM) by MSP id that somebody knows from elsewhere: they tie the organisations in the blocks
 *   to those that are meant
 */
export async function checkLedger(
  blocks: readonly LedgerBlock[],
  channel: string,
  chaincode: string,
  anchors: ReadonlyMap<string, string> = new Map(),
): Promise<LedgerFindings> {
  const registry = new RegistryHistory();
  const statements = new Map<string, AnchoredStatement[]>();
  const anchored = new Set<string>();
  const transactions = { valid: 0, invalid: 0 };
  const faults: Fault[] = checkHeaders(blocks);
  const endorsements = new EndorsementCheck();
  for (const { roots, transactions: inBlock } of blocks) {
    if (roots) endorsements.configure(roots);
    for (const transaction of inBlock) {
      if (transaction.chaincode !== chaincode) continue;
      transactions[transaction.valid ? 'valid' : 'invalid']++;
      if (!transaction.valid) continue;
      faults.push(...endorsements.take(transaction), ...(await registry.take(transaction, channel)));
      for (const parsed of await statementsOf(transaction)) {
        const digest = toBase64Url(parsed.digest);
        // The same bytes again are passed over by the contract, and so here.
        if (anchored.has(digest)) continue;
        anchored.add(digest);
        const chain = statements.get(parsed.statement.node) ?? [];
        faults.push(...(await checkLink(parsed, chain.at(-1)?.parsed, registry, channel, transaction.id)));
        chain.push({ parsed, transaction: transaction.id, block: transaction.block });
        statements.set(parsed.statement.node, chain);
      }
    }
  }
  if (endorsements.counts.organisations === 0) faults.push({ code: 'roots-absent', detail: channel });
  for (const [mspId, certificate] of anchors) {
    if (!endorsements.knows(mspId, certificate)) faults.push({ code: 'roots-differ', detail: mspId });
  }
  return { registry, statements, transactions, endorsements: endorsements.counts, faults };
}

function checkHeaders(blocks: readonly LedgerBlock[]): Fault[] {
  return blocks.flatMap((block, index) => {
    const faults: Fault[] = [];
    const previous = blocks[index - 1];
    if (block.number !== index)
      faults.push({ code: 'block-number', detail: `block ${block.number} stands at ${index}` });
    if (!block.dataHashHolds) faults.push({ code: 'block-data-hash', detail: `block ${block.number}` });
    if (previous && !previous.hash.equals(block.previousHash))
      faults.push({ code: 'block-chain', detail: `block ${block.number}` });
    return faults;
  });
}

async function statementsOf({ args }: LedgerTransaction): Promise<UnverifiedStatement[]> {
  if (args[0] !== 'readings:AnchorStatements') return [];
  const { statements } = anchorArgument.parse(JSON.parse(args[1] ?? ''));
  return Promise.all(statements.map((text) => parseStatement(fromBase64Url(text))));
}

async function checkLink(
  parsed: UnverifiedStatement,
  previous: UnverifiedStatement | undefined,
  registry: RegistryHistory,
  channel: string,
  transaction: string,
): Promise<Fault[]> {
  const { node, sequence } = parsed.statement;
  const where = `${node} statement ${sequence} in transaction ${transaction}`;
  const faults: Fault[] = [];
  const enrolled = registry.nodes.get(node);
  if (!enrolled) return [{ code: 'statement-unknown-node', detail: where }];
  try {
    if (registry.revoked.has(enrolled.kid)) throw new Error('the key was revoked before');
    await verifyStatement(parsed, channel, enrolled.key, fromBase64Url(enrolled.kid));
  } catch (error) {
    faults.push({ code: 'statement-signature', detail: `${where}: ${(error as Error).message}` });
  }
  if (sequence !== (previous ? previous.statement.sequence + 1 : 0))
    faults.push({ code: 'statement-sequence', detail: where });
  if (!equal(parsed.statement.previous, previous?.digest ?? noPrevious))
    faults.push({ code: 'statement-chain', detail: where });
  return faults;
}
