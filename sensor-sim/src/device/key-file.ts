import { open, readFile } from 'node:fs/promises';
import { generateSigningKey, importSigningKey, type PrivateJwk, type SigningKey } from '@hopline/protocol';
import { z } from 'zod';
import { SimError } from '../error.ts';

const jwkSchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  d: z.string(),
  x: z.string(),
});

/** Reads a private key (JSON Web Key, RFC 8037). Throws `bad-file`. */
export async function readKeyFile(path: string): Promise<SigningKey> {
  try {
    return await importSigningKey(jwkSchema.parse(JSON.parse(await readFile(path, 'utf8'))));
  } catch (cause) {
    throw new SimError('bad-file', `${path} is not an Ed25519 private key as a JSON Web Key`, { path }, { cause });
  }
}

/** Makes a key and writes it for its owner only (mode 0600). Throws `bad-file` where the file exists: keys are not overwritten. */
export async function makeKeyFile(path: string): Promise<SigningKey> {
  const { key, jwk } = await generateSigningKey();
  await writeNewSecret(path, `${JSON.stringify(jwk satisfies PrivateJwk)}\n`);
  return key;
}

/** Writes a secret into a new file of mode 0600. Throws `bad-file` where it exists or cannot be written. */
export async function writeNewSecret(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new SimError('bad-file', `${path} ${exists ? 'exists already' : 'cannot be written'}`, { path }, { cause });
  }
}
