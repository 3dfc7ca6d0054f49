import { createHash } from 'node:crypto';
import type { Bytes } from '@hopline/protocol';

/** SHA-256 of a message at once: within a transaction there is no waiting for WebCrypto. */
export function digestOf(message: Bytes): Bytes {
  return new Uint8Array(createHash('sha256').update(message).digest());
}
