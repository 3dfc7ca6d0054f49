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

/** One batch of an upload, taken apart. The summary is looked at after the signature (`checkSummaries`). */
export interface OpenedBatch {
  readonly statement: UnverifiedStatement;
  readonly digest: string;
  readonly summary: Uint8Array;
  /** By the statement. */
  readonly summaryDigest: string;
}

/**
 * Reads an upload and checks all that needs no ledger: the statements are the node's own, consecutive and chained.
 *
 * @param claimant the node whose token came with it; `null`: whatever node the first statement names
 * @throws ProtocolError for malformed bytes; GatewayError `forbidden`, `bad-request`
 */
export async function openUpload(bytes: Uint8Array, claimant: string | null): Promise<OpenedBatch[]> {
  const batches: OpenedBatch[] = [];
  for (const { statement: statementBytes, summary } of decodeUpload(bytes)) {
    const statement = await parseStatement(statementBytes);
    const { node, sequence, previous } = statement.statement;
    if (claimant !== null && node !== claimant) {
      throw new GatewayError('forbidden', 'the token is another node’s than the statement', { node, token: claimant });
    }
    const before = batches.at(-1)?.statement;
    if (before && node !== before.statement.node) {
      throw new GatewayError('bad-request', 'the statements of an upload are of one node', { node, sequence });
    }
    if (before && (sequence !== before.statement.sequence + 1 || !equal(previous, before.digest))) {
      throw new GatewayError('bad-request', 'the statements of an upload are consecutive', { node, sequence });
    }
    batches.push({
      statement,
      digest: toBase64Url(statement.digest),
      summary,
      summaryDigest: toBase64Url(statement.statement.summaryDigest),
    });
  }
  return batches;
}

/**
 * Checks that each summary is the one that its statement fixes. To read them is much more work than to verify the
 * signatures, so it comes after that.
 *
 * @throws ProtocolError `summary-malformed`
 */
export async function checkSummaries(batches: readonly OpenedBatch[]): Promise<void> {
  for (const { statement, summary } of batches) await checkSummary(statement, summary);
}

async function checkSummary({ statement }: UnverifiedStatement, bytes: Uint8Array): Promise<void> {
  // The digest first: to decode what is another's anyway would be work for nothing.
  const isFixed = equal(await summaryDigest(bytes), statement.summaryDigest);
  const summary = isFixed ? decodeSummary(bytes) : null;
  if (summary?.node !== statement.node || summary.sequence !== statement.sequence) {
    throw new ProtocolError('summary-malformed', 'the summary is not the one that the statement fixes', {
      node: statement.node,
      sequence: statement.sequence,
    });
  }
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
