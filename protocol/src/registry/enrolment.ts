import { z } from 'zod';
import { type Bytes, fromBase64Url, sha256, toBase64Url, utf8 } from '../bytes.ts';
import { importPublicKey } from '../cose/ed25519.ts';
import { keyThumbprint } from '../cose/key-thumbprint.ts';
import { parseSign1, signSign1, typ, verifySign1 } from '../cose/sign1.ts';
import type { SigningKey } from '../cose/signing-key.ts';
import { ProtocolError } from '../error.ts';
import { parseJsonFormat } from './parse-json-format.ts';
import { digestSchema, mspIdSchema, publicKeySchema } from './records.ts';

export const maxEnrolmentBytes = 4096;

/** What a key may be enrolled for. A key is used for one purpose. */
export const purposeSchema = z.enum(['device', 'edge-node', 'signer']);
export type Purpose = z.infer<typeof purposeSchema>;

/**
 * Proof of possession: the new key signs its own public half, its purpose, its subject's id, the organisation and the
 * digest of the one-time code that the organisation gave out. The code itself never reaches the ledger.
 */
export const enrolmentSchema = z.strictObject({
  format: z.literal(1),
  purpose: purposeSchema,
  subject: z.string().min(1).max(200),
  mspId: mspIdSchema,
  publicKey: publicKeySchema,
  codeDigest: digestSchema,
});
export type Enrolment = z.infer<typeof enrolmentSchema>;

/** Makes the proof; `code` is the one-time code's text. */
export async function signEnrolment(
  key: SigningKey,
  channel: string,
  request: { purpose: Purpose; subject: string; mspId: string; code: string },
): Promise<Bytes> {
  const enrolment: Enrolment = {
    format: 1,
    purpose: request.purpose,
    subject: request.subject,
    mspId: request.mspId,
    publicKey: toBase64Url(key.publicKey),
    codeDigest: await enrolmentCodeDigest(request.code),
  };
  return signSign1(key, {
    typ: typ.enrolment,
    issuer: request.subject,
    audience: channel,
    payload: utf8(JSON.stringify(enrolment)),
  });
}

/** base64url of the SHA-256 of a one-time code. */
export async function enrolmentCodeDigest(code: string): Promise<string> {
  return toBase64Url(await sha256(utf8(code)));
}

/**
 * Verifies a proof by the key that it holds itself. Throws `too-large`, `version-unknown`, `enrolment-malformed`,
 * `key-…`, `cose-…` or `signature-invalid`.
 */
export async function openEnrolment(bytes: Uint8Array, channel: string): Promise<Enrolment> {
  if (bytes.length > maxEnrolmentBytes) {
    throw new ProtocolError('too-large', `a proof of possession has at most ${maxEnrolmentBytes} bytes`, {
      bytes: bytes.length,
    });
  }
  const message = parseSign1(bytes, 'any');
  const enrolment = parseJsonFormat(message.payload, enrolmentSchema, 'enrolment-malformed');
  const key = await importPublicKey(fromBase64Url(enrolment.publicKey));
  await verifySign1(message, { typ: typ.enrolment, audience: channel, key, kid: await keyThumbprint(key.bytes) });
  if (message.header.issuer !== enrolment.subject) {
    throw new ProtocolError('enrolment-malformed', 'the proof is signed for another subject', {
      subject: enrolment.subject,
    });
  }
  return enrolment;
}
