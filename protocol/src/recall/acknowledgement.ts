import { z } from 'zod';
import { type Bytes, utf8 } from '../bytes.ts';
import type { PublicKey } from '../cose/ed25519.ts';
import { parseSign1, type Sign1, signSign1, typ, verifySign1 } from '../cose/sign1.ts';
import type { SigningKey } from '../cose/signing-key.ts';
import { ProtocolError } from '../error.ts';
import { parseJsonFormat } from '../registry/parse-json-format.ts';
import { mspIdSchema, timeMsSchema } from '../registry/records.ts';
import { recallIdSchema, recallTextSchema } from './records.ts';

export const maxAcknowledgementBytes = 16 * 1024;

/** That an organisation has taken note of a version of a recall: bound to both, and by its envelope to the channel. */
export const acknowledgementSchema = z.strictObject({
  format: z.literal(1),
  recallId: recallIdSchema,
  version: z.int().min(1),
  mspId: mspIdSchema,
  /** The person who did it. */
  by: z.string().min(1).max(200),
  note: recallTextSchema.nullable(),
  statedAtMs: timeMsSchema,
});
export type Acknowledgement = z.infer<typeof acknowledgementSchema>;

/** An acknowledgement, before anybody has looked at its signature. */
export interface UnverifiedAcknowledgement {
  readonly signer: string;
  readonly acknowledgement: Acknowledgement;
  readonly message: Sign1;
}

/** Signs an acknowledgement as `signer`, a registered signer of the organisation. */
export function signAcknowledgement(
  key: SigningKey,
  channel: string,
  signer: string,
  acknowledgement: Omit<Acknowledgement, 'format'>,
): Promise<Bytes> {
  return signSign1(key, {
    typ: typ.recallAcknowledgement,
    issuer: signer,
    audience: channel,
    payload: utf8(JSON.stringify(acknowledgementSchema.parse({ format: 1, ...acknowledgement }))),
  });
}

/** Takes an acknowledgement apart. Throws `too-large`, `cose-…`, `version-unknown` or `acknowledgement-malformed`. */
export function parseAcknowledgement(bytes: Uint8Array): UnverifiedAcknowledgement {
  if (bytes.length > maxAcknowledgementBytes) {
    throw new ProtocolError('too-large', `an acknowledgement has at most ${maxAcknowledgementBytes} bytes`, {
      bytes: bytes.length,
    });
  }
  const message = parseSign1(bytes, 'deterministic');
  const acknowledgement = parseJsonFormat(message.payload, acknowledgementSchema, 'acknowledgement-malformed');
  return { signer: message.header.issuer, acknowledgement, message };
}

/** Checks type, channel and signature by the signer's registered key. Throws as `verifySign1`. */
export function verifyAcknowledgement(
  { message }: UnverifiedAcknowledgement,
  channel: string,
  key: PublicKey,
  kid: Uint8Array,
): Promise<void> {
  return verifySign1(message, { typ: typ.recallAcknowledgement, audience: channel, key, kid });
}
