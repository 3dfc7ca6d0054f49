import {
  decodeSummary,
  decodeUpload,
  equal,
  fromBase64Url,
  importPublicKey,
  type KeyRecord,
  ProtocolError,
  parseStatement,
  summaryDigest,
  toBase64Url,
  type UnverifiedStatement,
  verifyStatement,
} from '@hopline/protocol';
import { GatewayError } from '../gateway-error.ts';

/** One batch of an upload, taken apart: statement and summary belong together. */
export interface OpenedBatch {
  readonly statement: UnverifiedStatement;
  readonly digest: string;
  readonly summary: Uint8Array;
  readonly summaryDigest: string;
}

/**
 * Reads an upload and checks all that needs no ledger: the statements are the node's own, consecutive and chained, and
 * each summary is the one that its statement fixes.
 *
 * @throws ProtocolError for malformed bytes; GatewayError `forbidden`, `bad-request`
 */
export async function openUpload(bytes: Uint8Array, node: string): Promise<OpenedBatch[]> {
  const batches: OpenedBatch[] = [];
  for (const { statement: statementBytes, summary } of decodeUpload(bytes)) {
    const statement = await parseStatement(statementBytes);
    const { node: named, sequence, previous } = statement.statement;
    if (named !== node) {
      throw new GatewayError('forbidden', 'the token is another node’s than the statement', {
        node: named,
        token: node,
      });
    }
    const before = batches.at(-1)?.statement;
    if (before && (sequence !== before.statement.sequence + 1 || !equal(previous, before.digest))) {
      throw new GatewayError('bad-request', 'the statements of an upload are consecutive', { node, sequence });
    }
    batches.push({
      statement,
      digest: toBase64Url(statement.digest),
      summary,
      summaryDigest: await checkSummary(statement, summary),
    });
  }
  return batches;
}

async function checkSummary({ statement }: UnverifiedStatement, bytes: Uint8Array): Promise<string> {
  const { node, sequence } = decodeSummary(bytes);
  const digest = await summaryDigest(bytes);
  if (node !== statement.node || sequence !== statement.sequence || !equal(digest, statement.summaryDigest)) {
    throw new ProtocolError('summary-malformed', 'the summary is not the one that the statement fixes', {
      node: statement.node,
      sequence: statement.sequence,
    });
  }
  return toBase64Url(digest);
}

/**
 * Checks each statement's signature by the registered key that it names. The ledger checks again, by the node's current
 * key; this keeps what was altered on its way from ever being submitted.
 *
 * @param keyOf the key record of a thumbprint (base64url), `null` where none is registered
 * @throws ProtocolError `signature-invalid`, `cose-…`; GatewayError `unknown-node`
 */
export async function verifyUpload(
  batches: readonly OpenedBatch[],
  channel: string,
  keyOf: (kid: string) => Promise<KeyRecord | null>,
): Promise<void> {
  for (const { statement } of batches) {
    const { kid } = statement.message.header;
    const record = await keyOf(toBase64Url(kid));
    if (record?.use !== 'edge-node' || record.subject !== statement.statement.node) {
      throw new GatewayError('unknown-node', 'the statement is signed with a key that is not registered for its node', {
        node: statement.statement.node,
        kid: toBase64Url(kid),
      });
    }
    await verifyStatement(statement, channel, await importPublicKey(fromBase64Url(record.publicKey)), kid);
  }
}
