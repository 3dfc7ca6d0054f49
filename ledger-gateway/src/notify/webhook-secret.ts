import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** Standard Webhooks 1.0, "Signature scheme": 192 to 512 bits. */
const minHmacBytes = 24;
const maxHmacBytes = 64;
const seedBytes = 32;
const hmacPrefix = 'whsec_';
const privatePrefix = 'whsk_';
const publicPrefix = 'whpk_';

/** RFC 8410 §7: what stands in front of the 32 bytes of an Ed25519 private key in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What signs a webhook: a shared secret (`v1`, HMAC-SHA256) or a private key (`v1a`, Ed25519). */
export type WebhookKey =
  | { readonly kind: 'hmac'; readonly bytes: Uint8Array }
  | { readonly kind: 'ed25519'; readonly key: KeyObject };

/**
 * A signing secret as Standard Webhooks writes it: `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an
 * Ed25519 private key (its 32 bytes, or these with the public key behind them).
 */
export const webhookSecretSchema = z
  .string()
  .max(200)
  .refine(
    (text) => parseWebhookSecret(text) !== null,
    'whsec_ and base64 of 24 to 64 bytes, or whsk_ and an Ed25519 key',
  );

/** The key that a secret's text stands for; `null` where it has neither form. */
export function parseWebhookSecret(text: string): WebhookKey | null {
  if (text.startsWith(hmacPrefix)) {
    const bytes = fromBase64(text.slice(hmacPrefix.length));
    return bytes && bytes.length >= minHmacBytes && bytes.length <= maxHmacBytes ? { kind: 'hmac', bytes } : null;
  }
  if (text.startsWith(privatePrefix)) {
    const bytes = fromBase64(text.slice(privatePrefix.length));
    if (!bytes || (bytes.length !== seedBytes && bytes.length !== 2 * seedBytes)) return null;
    const key = privateKey(bytes.subarray(0, seedBytes));
    const publicHalf = bytes.subarray(seedBytes);
    if (publicHalf.length > 0 && !publicHalf.equals(publicBytes(key))) return null;
    return { kind: 'ed25519', key };
  }
  return null;
}

/** A new shared secret (`whsec_…`, 256 bits). */
export function newWebhookSecret(randomBytes: (length: number) => Uint8Array): string {
  return hmacPrefix + Buffer.from(randomBytes(seedBytes)).toString('base64');
}

/** A new pair of keys: the private one signs here (`whsk_…`), the public one is for the receiver (`whpk_…`). */
export function newWebhookKeyPair(randomBytes: (length: number) => Uint8Array): { secret: string; publicKey: string } {
  const seed = Buffer.from(randomBytes(seedBytes));
  const publicHalf = publicBytes(privateKey(seed));
  return {
    secret: privatePrefix + Buffer.concat([seed, publicHalf]).toString('base64'),
    publicKey: publicPrefix + publicHalf.toString('base64'),
  };
}

function privateKey(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
}

function publicBytes(key: KeyObject): Buffer {
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
}

/** Node's decoder skips what is not base64: what does not encode to itself is none. */
function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : null;
}
