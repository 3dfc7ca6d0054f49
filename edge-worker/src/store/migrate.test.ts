import { env, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';

const versionOf = (storage: DurableObjectStorage) =>
  storage.sql.exec<{ version: number }>('SELECT max(version) AS version FROM schema_version').one().version;

/** Runs within an object whose constructor has migrated already. */
function withStorage<T>(name: string, use: (storage: DurableObjectStorage) => T): Promise<T> {
  const stub = env.EDGE_NODE.get(env.EDGE_NODE.idFromName(name));
  return runInDurableObject(stub, (_, state) => use(state.storage));
}

test('an object is made with the newest schema, and migrating again changes nothing', () =>
  withStorage('migrate-1', (storage) => {
    expect(versionOf(storage)).toBe(migrations.length);
    storage.sql.exec("INSERT INTO settings (name, value) VALUES ('node', '1')");
    migrate(storage);
    expect(versionOf(storage)).toBe(migrations.length);
    expect(storage.sql.exec('SELECT count(*) AS n FROM settings').one().n).toBe(1);
  }));

test('only what is missing runs, in order', () =>
  withStorage('migrate-2', (storage) => {
    const next = [...migrations, 'CREATE TABLE one (a)', 'INSERT INTO one VALUES (7)'];
    migrate(storage, next);
    migrate(storage, next);
    expect(versionOf(storage)).toBe(migrations.length + 2);
    expect(storage.sql.exec('SELECT a FROM one').toArray()).toEqual([{ a: 7 }]);
  }));

test('a migration that fails leaves the schema as it was', () =>
  withStorage('migrate-3', (storage) => {
    expect(() => migrate(storage, [...migrations, 'CREATE TABLE two (a)', 'no SQL at all'])).toThrow();
    expect(versionOf(storage)).toBe(migrations.length);
    expect(() => storage.sql.exec('SELECT * FROM two')).toThrow();
  }));

test('the disk of a newer version is refused', () =>
  withStorage('migrate-4', (storage) => {
    migrate(storage, [...migrations, 'CREATE TABLE three (a)']);
    expect(() => migrate(storage)).toThrow('newer version');
  }));
