import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { callerOfKey, listApiKeys } from './api-keys.ts';
import { ensureFirstKey, firstKeyFile } from './first-key.ts';

const databases = await testDatabases();
const entropy = { nowMs: 1_000, randomBytes };
let store: Store;
let folder: string;

beforeAll(async () => {
  store = await databases.open('PGlite');
  folder = await mkdtemp(join(tmpdir(), 'hopline-keys-'));
}, 60_000);
afterAll(async () => {
  await databases.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a new gateway makes the administrator’s key, and knows the one that other gateways were given before', async () => {
  const peerKey = `hk_${randomBytes(32).toString('base64url')}`;
  const peerKeyFile = join(folder, 'peer.key');
  await writeFile(peerKeyFile, `${peerKey}\n`);
  await ensureFirstKey(store, folder, entropy, peerKeyFile);
  const admin = (await readFile(join(folder, firstKeyFile), 'utf8')).trim();
  expect(await callerOfKey(store, admin, 2_000)).toMatchObject({ roles: ['admin'] });
  expect(await callerOfKey(store, peerKey, 2_000)).toMatchObject({ roles: ['peer'] });

  // Later starts make nothing, whatever the file says by then.
  await writeFile(peerKeyFile, 'hk_another-key-that-nobody-was-given-0123456789\n');
  await ensureFirstKey(store, folder, entropy, peerKeyFile);
  expect(await listApiKeys(store)).toHaveLength(2);
});
