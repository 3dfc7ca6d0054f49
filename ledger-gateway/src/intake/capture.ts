import {
  type CaptureResult as ChaincodeResult,
  fromBase64Url,
  importPublicKey,
  maxCaptureBytes,
  parseCapture,
  type SigningKey,
  signCapture,
  signerRecordSchema,
  toBase64Url,
  verifyCapture,
} from '@hopline/protocol';
import { parseDocument } from '@hopline/protocol/epcis';
import { withoutMasterData } from '@hopline/protocol/master-data';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Projection } from '../projection/projection.ts';
import type { Store } from '../store/store.ts';
import { type CaptureWarning, masterDataWarnings } from './capture-warning.ts';
import { projected } from './projected.ts';

export interface CaptureContext {
  readonly channel: string;
  readonly ledger: Ledger;
  readonly projection: Projection;
  readonly store: Store;
  readonly clock: Clock;
  /** The organisation's application signer. */
  readonly signer: string;
  readonly signerKey: SigningKey;
}

export interface CaptureResult {
  readonly transactionId: string;
  readonly block: number;
  /** What the chaincode made of each event, in the document's order. */
  readonly events: ChaincodeResult['events'];
  readonly warnings: readonly CaptureWarning[];
}

/**
 * Signs an EPCIS document as the organisation's application and captures it. The document is read completely first, so
 * that what is wrong with it is said without a transaction. Master data in its header does not go to the ledger.
 * @param document JSON, as bytes or as a value
 */
export async function captureDocument(context: CaptureContext, document: unknown): Promise<CaptureResult> {
  const { document: json, pointer } = withoutMasterData(parseDocument(document).json);
  const statement = await signCapture(context.signerKey, context.channel, context.signer, json);
  return { ...(await capture(context, statement)), warnings: masterDataWarnings(pointer) };
}

/**
 * Captures a statement that was signed elsewhere, by any signer that is registered.
 * @throws ProtocolError; GatewayError `unknown-signer` and those of `Ledger.submit`
 */
export async function captureStatement(context: CaptureContext, statement: Uint8Array): Promise<CaptureResult> {
  const parsed = parseCapture(statement);
  const [row] = await context.store.query<{ record: unknown }>('select record from signers where signer = $1', [
    parsed.signer,
  ]);
  if (!row) throw new GatewayError('unknown-signer', 'the signer is not registered', { signer: parsed.signer });
  const { publicKey } = signerRecordSchema.parse(row.record);
  await verifyCapture(
    parsed,
    context.channel,
    await importPublicKey(fromBase64Url(publicKey)),
    parsed.message.header.kid,
  );
  parseDocument(parsed.document);
  return { ...(await capture(context, statement)), warnings: [] };
}

/**
 * Submits and waits for commit and projection. When this returns the events are committed and valid on the ledger; after
 * a crash before the answer the same document can be sent again: its events are recognised by their hashes.
 */
async function capture(context: CaptureContext, statement: Uint8Array): Promise<Omit<CaptureResult, 'warnings'>> {
  if (statement.length > maxCaptureBytes) {
    throw new GatewayError('too-large', 'the document does not fit one transaction', {
      bytes: statement.length,
      maxCaptureBytes,
    });
  }
  const committed = await context.ledger.submit('provenance:Capture', { statement: toBase64Url(statement) });
  await projected(context.projection, context.clock, committed);
  const { transactionId, block, result } = committed;
  return { transactionId, block, events: result.events };
}
