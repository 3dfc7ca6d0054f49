import {
  type AnchorResult,
  type EdgeNodeRecord,
  formatSequence,
  fromBase64Url,
  importPublicKey,
  parseStatement,
  type TransactionInput,
  type UnverifiedStatement,
  verifyStatement,
} from '@hopline/protocol';
import { bytesOf } from '../base64-url.ts';
import { Refused, refusing } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { extendChain, linkOf } from './extend-chain.ts';

/**
 * Anchors consecutive statements of one edge node. Any organisation may bring them: they stand by the node's own signature,
 * which is checked here whoever checked it before. What is anchored already, byte for byte, is passed over.
 *
 * Reads and writes only keys of this node, so that different nodes never conflict.
 */
export async function anchorStatements(
  { statements }: TransactionInput<'readings:AnchorStatements'>,
  draft: Draft,
  { channel, timeMs }: Circumstances,
): Promise<Outcome> {
  const parsed = await Promise.all(statements.map(parse));
  const node = oneNode(parsed);
  const record = await draft.load('edge-node', node);
  if (!record) throw new Refused('unknown-node', 'the edge node is not enrolled', { node });
  const head = await draft.load('head', node);
  const fresh: UnverifiedStatement[] = [];
  for (const statement of parsed)
    if (!(await isAnchored(draft, statement, head?.sequence ?? -1))) fresh.push(statement);
  await verify(fresh, record, channel);

  const links = fresh.map(linkOf);
  const newHead = extendChain(head, links, timeMs);
  for (const { statement, digest } of links) {
    draft.put('statement', [node, formatSequence(statement.sequence)], { schema: 1, digest });
  }
  if (newHead && links.length > 0) draft.put('head', [node], newHead);
  const result: AnchorResult = { anchored: links.length, duplicates: statements.length - links.length };
  return { result, event: null };
}

function parse(text: string): Promise<UnverifiedStatement> {
  const bytes = bytesOf(text, 'the statement');
  return refusing('argument-malformed', () => parseStatement(bytes));
}

function oneNode(statements: readonly UnverifiedStatement[]): string {
  const nodes = [...new Set(statements.map(({ statement }) => statement.node))];
  const [node] = nodes;
  if (node !== undefined && nodes.length === 1) return node;
  throw new Refused('argument-malformed', 'the statements of one transaction are of one edge node', { nodes });
}

async function isAnchored(draft: Draft, statement: UnverifiedStatement, headSequence: number): Promise<boolean> {
  const { node, sequence } = statement.statement;
  if (sequence > headSequence) return false;
  const anchored = await draft.load('statement', node, formatSequence(sequence));
  return anchored?.digest === linkOf(statement).digest;
}

/** A fork or a gap is held against the node only once it is sure that the node signed it. */
async function verify(fresh: readonly UnverifiedStatement[], record: EdgeNodeRecord, channel: string): Promise<void> {
  if (fresh.length === 0) return;
  if (record.revoked) {
    throw new Refused('key-revoked', "the edge node's key is revoked", { node: record.node, kid: record.kid });
  }
  const key = await importPublicKey(fromBase64Url(record.publicKey));
  const kid = fromBase64Url(record.kid);
  for (const statement of fresh) {
    await refusing('signature-refused', () => verifyStatement(statement, channel, key, kid));
  }
}
