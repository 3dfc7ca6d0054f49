import { type Bytes, fromUtf8, utf8 } from '../bytes.ts';
import type { PublicKey } from '../cose/ed25519.ts';
import { parseSign1, type Sign1, signSign1, typ, verifySign1 } from '../cose/sign1.ts';
import type { SigningKey } from '../cose/signing-key.ts';
import { duplicateName } from '../epcis/duplicate-name.ts';
import { ProtocolError } from '../error.ts';

/** A statement has to fit one Fabric transaction with room to spare (the default maximum of a block is 10 MB). */
export const maxCaptureBytes = 512 * 1024;

/** EPCIS events under the signature of whoever captured them, before anybody has looked at it. */
export interface UnverifiedCapture {
  readonly signer: string;
  /** The EPCIS document, an event or a list of events as it was signed; `protocol/epcis` reads it. */
  readonly document: unknown;
  readonly message: Sign1;
}

/** Signs an EPCIS document (JSON). Capturing it twice is recognised by its events' hashes, so it needs no nonce. */
export function signCapture(key: SigningKey, channel: string, signer: string, document: unknown): Promise<Bytes> {
  return signSign1(key, {
    typ: typ.capture,
    issuer: signer,
    audience: channel,
    contentType: 'application/ld+json',
    payload: utf8(JSON.stringify(document)),
  });
}

/** Takes a capture statement apart. Throws `too-large`, `cose-…` or `capture-malformed`. */
export function parseCapture(bytes: Uint8Array): UnverifiedCapture {
  if (bytes.length > maxCaptureBytes) {
    throw new ProtocolError('too-large', `a capture statement has at most ${maxCaptureBytes} bytes`, {
      bytes: bytes.length,
    });
  }
  const message = parseSign1(bytes, 'deterministic');
  return { signer: message.header.issuer, document: documentOf(message.payload), message };
}

/** What is signed has one meaning: a name that is given twice would have two. */
function documentOf(payload: Uint8Array): unknown {
  const malformed = (why: string, cause?: unknown) =>
    new ProtocolError('capture-malformed', `the payload ${why}`, {}, { cause });
  let document: unknown;
  let twice: string | null;
  try {
    const text = fromUtf8(payload);
    document = JSON.parse(text);
    twice = duplicateName(text);
  } catch (cause) {
    throw malformed('is not a JSON text in UTF-8', cause);
  }
  if (twice !== null) throw malformed(`gives ${twice} twice`);
  return document;
}

/** Checks type, channel and signature by the signer's registered key. Throws as `verifySign1`. */
export function verifyCapture(
  { message }: UnverifiedCapture,
  channel: string,
  key: PublicKey,
  kid: Uint8Array,
): Promise<void> {
  return verifySign1(message, { typ: typ.capture, audience: channel, key, kid });
}
