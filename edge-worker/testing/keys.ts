import { type SigningKey, sha256, signingKeyFromSeed, toBase64Url, utf8 } from '@hopline/protocol';

/** A key that follows from a name, so that a test's keys are the same in every run. */
export async function keyOf(name: string): Promise<SigningKey> {
  return (await signingKeyFromSeed(await sha256(utf8(`test key ${name}`)))).key;
}

/** base64url of the SHA-256 of a secret's text. */
export async function secretDigest(secret: string): Promise<string> {
  return toBase64Url(await sha256(utf8(secret)));
}

export function publicKeyText(key: SigningKey): string {
  return toBase64Url(key.publicKey);
}
