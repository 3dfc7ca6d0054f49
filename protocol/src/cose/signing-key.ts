import { type Bytes, fromBase64Url, toBase64Url } from '../bytes.ts';
import { ProtocolError } from '../error.ts';
import { keyThumbprint } from './key-thumbprint.ts';

/** A private Ed25519 key ready to sign, with its public half and its identifier. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: Bytes;
  readonly kid: Bytes;
}

/** The JSON Web Key of an Ed25519 private key (RFC 8037 §2): `d` is the seed, `x` the public key, both base64url. */
export interface PrivateJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly d: string;
  readonly x: string;
}

/** A new key of this platform's own randomness, extractable so that it can be stored. */
export async function generateSigningKey(): Promise<{ key: SigningKey; jwk: PrivateJwk }> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  const { d, x } = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey;
  if (!d || !x) throw new ProtocolError('key-malformed', 'the platform exported a key without its parts');
  const jwk: PrivateJwk = { kty: 'OKP', crv: 'Ed25519', d, x };
  return { key: await importSigningKey(jwk), jwk };
}

/** Takes in a private key. Throws `key-malformed` where `d` and `x` are not an Ed25519 pair. */
export async function importSigningKey(jwk: PrivateJwk): Promise<SigningKey> {
  try {
    const publicKey = fromBase64Url(jwk.x);
    const privateKey = await crypto.subtle.importKey('jwk', { ...jwk }, 'Ed25519', false, ['sign']);
    return { privateKey, publicKey, kid: await keyThumbprint(publicKey) };
  } catch (cause) {
    throw new ProtocolError('key-malformed', 'not an Ed25519 private key', {}, { cause });
  }
}

/** PKCS #8 of an Ed25519 seed is this fixed prefix and the 32 bytes of the seed (RFC 8410 §7). */
const pkcs8Prefix = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

/** The key pair of a 32-byte seed (RFC 8032 §5.1.5): for fleets that are reproducible from one number, and for vectors. */
export async function signingKeyFromSeed(seed: Uint8Array): Promise<{ key: SigningKey; jwk: PrivateJwk }> {
  if (seed.length !== 32) throw new ProtocolError('key-malformed', 'a seed has 32 bytes', { bytes: seed.length });
  const pkcs8 = new Uint8Array([...pkcs8Prefix, ...seed]);
  const extractable = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const { x } = (await crypto.subtle.exportKey('jwk', extractable)) as JsonWebKey;
  if (!x) throw new ProtocolError('key-malformed', 'the platform exported a key without its public half');
  const jwk: PrivateJwk = { kty: 'OKP', crv: 'Ed25519', d: toBase64Url(seed), x };
  return { key: await importSigningKey(jwk), jwk };
}
