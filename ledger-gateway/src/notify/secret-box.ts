import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const fileName = 'notify.key';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals secrets that have to be used again, such as those that sign webhooks: AES-256-GCM with a key in a file of the data
 * folder, so that a copy of the database or of its journal does not hold them. Sealed text is base64url.
 */
export interface SecretBox {
  /** Seals a text for one purpose, such as the id of the row that holds it: it opens with the same purpose only. */
  seal(text: string, purpose: string): string;
  /** Opens what was sealed for this purpose with this key. Throws where it was not. */
  open(sealed: string, purpose: string): string;
}

/** The box of a data folder; its key is made at the first start, in a file that only its owner may read. */
export async function openSecretBox(folder: string): Promise<SecretBox> {
  const path = join(folder, fileName);
  const key = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return makeKey(path);
    throw error;
  });
  return secretBox(key);
}

/** A box with a key of 32 bytes. */
export function secretBox(key: Uint8Array): SecretBox {
  return {
    seal(text, purpose) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed, purpose) {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
      const text = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    },
  };
}

async function makeKey(path: string): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  // Complete and on disk before it has its name: rows that it sealed must open again.
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(key);
  await file.sync().finally(() => file.close());
  await rename(`${path}.new`, path);
  return key;
}
