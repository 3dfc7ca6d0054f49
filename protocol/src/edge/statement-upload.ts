import { z } from 'zod';
import type { Bytes } from '../bytes.ts';
import { decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import { ProtocolError } from '../error.ts';
import { digestSchema, nodeIdSchema } from '../registry/records.ts';

export const maxStatementsPerUpload = 64;

/** A sealed batch on its way to the gateway: the signed statement and the summary that it fixes. */
export interface SealedBatch {
  readonly statement: Bytes;
  readonly summary: Bytes;
}

/** Body of `POST /edge/v1/statements` (`application/cbor`): an array of [statement, summary], consecutive and in order. */
export function encodeUpload(batches: readonly SealedBatch[]): Bytes {
  return encodeCbor(batches.map((batch) => [batch.statement, batch.summary]));
}

/** Reads an upload. Throws `cbor-…`, `statement-malformed` or `too-large`. */
export function decodeUpload(bytes: Uint8Array): SealedBatch[] {
  const batches = decodeDeterministicCbor(bytes);
  if (!Array.isArray(batches)) throw malformed();
  if (batches.length > maxStatementsPerUpload) {
    throw new ProtocolError('too-large', `an upload has at most ${maxStatementsPerUpload} batches`, {
      batches: batches.length,
    });
  }
  return batches.map((batch) => {
    if (!Array.isArray(batch) || batch.length !== 2) throw malformed();
    const [statement, summary] = batch;
    if (!(statement instanceof Uint8Array) || !(summary instanceof Uint8Array)) throw malformed();
    return { statement: statement as Bytes, summary: summary as Bytes };
  });
}

/** The gateway's 2xx: each statement is committed and valid on the ledger, in this transaction and block. */
export const uploadResultSchema = z.object({
  results: z.array(
    z.object({
      node: nodeIdSchema,
      sequence: z.int().min(0),
      digest: digestSchema,
      transactionId: z.string(),
      block: z.int().min(0),
    }),
  ),
});
export type UploadResult = z.infer<typeof uploadResultSchema>;

function malformed(): ProtocolError {
  return new ProtocolError('statement-malformed', 'an upload is an array of [statement, summary]');
}
