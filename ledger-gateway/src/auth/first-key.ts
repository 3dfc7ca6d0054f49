import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../store/store.ts';
import { createApiKey, type Entropy, listApiKeys, maxKeyLifeMs } from './api-keys.ts';
import { newSecret } from './secret.ts';

/** Name of the file in the data folder that holds the first key; only its owner may read it. */
export const firstKeyFile = 'admin.key';

/** Name of the key that the other organisations' gateways were given before this one had started. */
const peerKeyName = 'gateways of other organisations';

/**
 * Makes the first administrator's key where there is no key at all, and leaves its text in `admin.key`. The file is
 * there before the key counts, so a crash between the two leaves no key that nobody knows.
 *
 * @param peerKeyFile holds the text of a key for other organisations' gateways (role `peer`), to be made at the same time:
 *   so gateways that start together for the first time know each other at once
 */
export async function ensureFirstKey(
  store: Store,
  folder: string,
  entropy: Entropy,
  peerKeyFile?: string,
): Promise<void> {
  const keys = await listApiKeys(store);
  if (keys.some(({ name }) => name !== peerKeyName)) return;
  if (peerKeyFile !== undefined && keys.length === 0) {
    const text = (await readFile(peerKeyFile, 'utf8')).trim();
    await createApiKey(store, { name: peerKeyName, roles: ['peer'], expiresInMs: maxKeyLifeMs }, entropy, text);
  }
  const path = join(folder, firstKeyFile);
  const written = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const key = written?.trim() || newSecret('hk_', entropy.randomBytes);
  if (key !== written?.trim()) await writeSecret(path, key);
  await createApiKey(store, { name: 'first administrator', roles: ['admin'], expiresInMs: maxKeyLifeMs }, entropy, key);
}

async function writeSecret(path: string, secret: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(`${secret}\n`);
  await file.sync().finally(() => file.close());
  await rename(`${path}.new`, path);
}
