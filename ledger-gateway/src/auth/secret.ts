import { sha256, toBase64Url, utf8 } from '@hopline/protocol';

/** 256 bits: guessing is no option, so a fast hash is enough to store them by. */
const secretBytes = 32;

/** A new random secret: the prefix says what it opens, for people and for scanners of leaked secrets. */
export function newSecret(
  prefix: 'hk_' | 'hn_' | 'hs_' | 'hc_' | '',
  randomBytes: (length: number) => Uint8Array,
): string {
  return prefix + toBase64Url(randomBytes(secretBytes));
}

/** What is stored in place of a secret: base64url of its SHA-256. */
export async function secretDigest(secret: string): Promise<string> {
  return toBase64Url(await sha256(utf8(secret)));
}
