import {
  encodeState,
  encodeSummary,
  formatSequence,
  generateSigningKey,
  merkleRoot,
  noPrevious,
  type Statement,
  type Summary,
  signStatement,
  stateKey,
  statementDigest,
  summaryDigest,
  toBase64Url,
} from '@hopline/protocol';
import type { BlockFacts } from '../ledger/block-facts.ts';

export const testNode = '9521002000115/0';

/** A block that anchors one statement, as the chaincode would have written it, with the summary that it fixes. */
export async function anchoringBlock(
  number: number,
  devices: Summary['devices'],
  more: Partial<Statement> = {},
): Promise<{ facts: BlockFacts; summary: Uint8Array; summaryDigest: string }> {
  const { key } = await generateSigningKey();
  const { node = testNode } = more;
  const sequence = number;
  const summary = encodeSummary({ node, sequence, devices });
  const bytes = await signStatement(key, 'provenance', {
    node,
    sequence,
    previous: noPrevious,
    registryVersion: 1,
    size: 1,
    root: await merkleRoot([]),
    fromMs: 1_000,
    toMs: 2_000,
    sealedAtMs: 3_000 + number,
    summaryDigest: await summaryDigest(summary),
    excursions: [],
    ...more,
  });
  const digest = toBase64Url(await statementDigest(bytes));
  const head = { schema: 1 as const, node, sequence, digest, sealedAtMs: 3_000 + number, registryVersion: 1 };
  const facts = transactionBlock(number, {
    name: 'readings:AnchorStatements',
    argument: JSON.stringify({ statements: [toBase64Url(bytes)] }),
    writes: [
      {
        key: stateKey('statement', node, formatSequence(sequence)),
        value: encodeState('statement', { schema: 1, digest }),
      },
      { key: stateKey('head', node), value: encodeState('head', head) },
    ],
  });
  return { facts, summary, summaryDigest: toBase64Url(await summaryDigest(summary)) };
}

/** A block with one valid transaction. */
export function transactionBlock(
  number: number,
  content: Pick<BlockFacts['transactions'][number], 'name' | 'argument' | 'writes'>,
): BlockFacts {
  return {
    number,
    transactions: [
      { position: 0, id: `transaction ${number}`, code: 0, timeMs: 10_000 + number, mspId: 'FreshHubMSP', ...content },
    ],
  };
}
