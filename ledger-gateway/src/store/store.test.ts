import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import { hexBytes, jsonForPostgres } from './insert-rows.ts';
import { migrate } from './migrate.ts';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';

const postgres = await startPostgres();
if ('reason' in postgres) console.warn(`the store is tested on PGlite only: ${postgres.reason}`);
const server: PostgresServer | null = 'reason' in postgres ? null : postgres;
const nowMs = 1_700_000_000_000;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-store-'));
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

const token = (node: string) => ({
  table: 'node_tokens' as const,
  row: { digest: `digest of ${node}`, node, created_ms: 1, expires_ms: 2, revoked_ms: null },
});

const nodesIn = async (store: Store) =>
  (await store.query<{ node: string }>('select node from node_tokens order by node')).map((row) => row.node);

describe.each([
  ['PGlite', true],
  ['PostgreSQL', server !== null],
] as const)('a store on %s', (kind, isThere) => {
  const given = test.runIf(isThere);
  let store: Store;

  beforeAll(async () => {
    if (!isThere) return;
    const databaseUrl = kind === 'PGlite' ? undefined : await server?.createDatabase();
    store = await openStore({ folder: join(folder, kind), databaseUrl, nowMs });
  }, 60_000);

  afterAll(() => store?.close());

  given('gives back each type as it went in', async () => {
    const [row] = await store.query(
      `select $1::bigint as number, $2::bytea as bytes, $3::jsonb as json, $4::text[] as texts, $5::numeric as amount,
         $6::boolean as yes, null::text as nothing`,
      [1_700_000_000_123, Uint8Array.of(0, 1, 255), '{"a":[1]}', ['x', 'y,"z'], '1.50', true],
    );
    expect({ ...row, bytes: Buffer.from(row?.bytes as Uint8Array).toString('hex') }).toEqual({
      number: 1_700_000_000_123,
      bytes: '0001ff',
      json: { a: [1] },
      texts: ['x', 'y,"z'],
      amount: '1.50',
      yes: true,
      nothing: null,
    });
  });

  given('a transaction that throws leaves nothing behind', async () => {
    const failing = store.writeOwn(async (_tx, put) => {
      await put(token('9521002000016/1'));
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await nodesIn(store)).toEqual([]);
  });

  given('a snapshot does not see what others commit meanwhile', async () => {
    const count = `select count(*)::int as n from node_tokens where node = '9521002000016/7'`;
    const [before, after, write] = await store.snapshot(async (on) => {
      const first = await on.query<{ n: number }>(count);
      const writing = store.writeOwn((_tx, put) => put(token('9521002000016/7')));
      // The embedded database has one connection: there the write waits until the snapshot ends.
      if (kind === 'PostgreSQL') await writing;
      return [first, await on.query<{ n: number }>(count), writing] as const;
    });
    await write;
    expect([before, after, await store.query(count)]).toEqual([[{ n: 0 }], [{ n: 0 }], [{ n: 1 }]]);
    await store.query(`delete from node_tokens where node = '9521002000016/7'`);
  });

  given('own writes see each other in their order', async () => {
    const count = (name: string) =>
      store.writeOwn(async (tx, put) => {
        const [row] = await tx.query<{ value: number }>('select value from counters where name = $1', [name]);
        await put({ table: 'counters', row: { name, value: (row?.value ?? 0) + 1 } });
      });
    await Promise.all(Array.from({ length: 20 }, () => count('turns')));
    expect(await store.query("select value from counters where name = 'turns'")).toEqual([{ value: 20 }]);
  });

  given('migrating again changes nothing', async () => {
    const tables = () => store.query('select name, digest from migrations order by name');
    const before = await tables();
    await migrate(store.database);
    expect(await tables()).toEqual(before);
    expect(before.length).toBeGreaterThan(1);
  });

  given('characters that PostgreSQL can not hold are replaced, and nothing else', async () => {
    const texts = ['\u0000', 'a\ud800b', '\\u0000', 'plain', '\ud83e\udd6c'];
    const [row] = await store.query('select $1::jsonb as json', [jsonForPostgres({ texts, 'k\u0000': 1 })]);
    expect(row?.json).toEqual({ texts: ['\ufffd', 'a\ufffdb', '\\u0000', 'plain', '\ud83e\udd6c'], 'k\ufffd': 1 });
  });
});

describe('the embedded database', () => {
  test('belongs to one process, and a crash gives it free', async () => {
    const own = join(folder, 'locked');
    const script = `import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'open-store.ts'))};
      await openStore({ folder: ${JSON.stringify(own)}, nowMs: ${nowMs} });
      console.log('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(openStore({ folder: own, nowMs })).rejects.toMatchObject({ code: 'folder-in-use' });
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    await (await openStore({ folder: own, nowMs })).close();
  }, 60_000);

  test('belongs to one user of it in one process as well, and being refused does not weaken the lock', async () => {
    const own = join(folder, 'twice');
    const store = await openStore({ folder: own, nowMs });
    await expect(openStore({ folder: own, nowMs })).rejects.toMatchObject({ code: 'folder-in-use' });
    // A POSIX lock ends when any descriptor of the file is closed in its process; SQLite knows that and keeps it open.
    const script = `import { lockDataFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))};
      try { lockDataFolder(${JSON.stringify(own)}); console.log('open'); } catch (error) { console.log(error.code); }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [words] = await once(child.stdout, 'data');
    expect(String(words).trim()).toBe('folder-in-use');
    await store.close();
  }, 60_000);

  test('is a copy of a template where there is one to be had, and made from nothing where there is not', async () => {
    const open = async (name: string, databaseTemplates = join(folder, 'templates')) => {
      const store = await openStore({ folder: join(folder, name), databaseTemplates, nowMs });
      const rows = await store.query<{ name: string }>('select name from migrations order by name');
      await store.query('insert into blocks (number, time_ms, transactions, valid) values (0, 0, 0, 0)');
      await store.close();
      return rows.map(({ name }) => name);
    };
    const [first, second] = await Promise.all([open('template-1'), open('template-2')]);
    expect(first.length).toBeGreaterThan(0);
    expect(second).toEqual(first);
    const [template = '', ...more] = await readdir(join(folder, 'templates'));
    expect(more).toEqual([]);
    // A mark in the template shows in what is copied from it.
    await writeFile(join(folder, 'templates', template, 'mark'), '');
    expect(await open('template-3')).toEqual(first);
    expect(await readdir(join(folder, 'template-3', 'database'))).toContain('mark');
    await writeFile(join(folder, 'no-folder'), '');
    expect(await open('template-4', join(folder, 'no-folder'))).toEqual(first);
  }, 60_000);

  test('after a power loss own rows come from the journal, and the rest is for the ledger to tell', async () => {
    const own = join(folder, 'power');
    const before = await openStore({ folder: own, nowMs });
    await before.writeOwn(async (_tx, put) => {
      await put(token('9521002000016/0'));
      await put({
        table: 'summaries',
        row: { digest: 'd', node: 'n', sequence: 1, bytes: hexBytes(Uint8Array.of(1, 2)), origin: 'n', received_ms: 1 },
      });
    });
    await before.query('insert into blocks (number, time_ms, transactions, valid) values (0, 0, 0, 0)');
    // What was on disk at the moment when the power went, and what the unsynced database may look like afterwards.
    const journal = await readFile(join(own, 'own.jsonl'));
    await before.close();
    await writeFile(join(own, 'own.jsonl'), Buffer.concat([journal, Buffer.from('{"table":"node_to')]));
    await writeFile(join(own, 'last-run.json'), JSON.stringify({ boot: 'before the power loss', synced: false }));

    const after = await openStore({ folder: own, nowMs: nowMs + 1 });
    expect(await nodesIn(after)).toEqual(['9521002000016/0']);
    const [summary] = await after.query<{ bytes: Uint8Array }>('select bytes from summaries');
    expect([...(summary?.bytes ?? [])]).toEqual([1, 2]);
    expect(await after.query('select * from blocks')).toEqual([]);
    expect(await readdir(own)).toContain(`database.set-aside-${nowMs + 1}`);
    await after.close();
  }, 60_000);

  test('goes on from where an orderly stop left it', async () => {
    const own = join(folder, 'orderly');
    const before = await openStore({ folder: own, nowMs });
    await before.writeOwn((_tx, put) => put(token('9521002000016/7')));
    await before.query('insert into blocks (number, time_ms, transactions, valid) values (0, 0, 0, 0)');
    await before.close();
    await writeFile(join(own, 'last-run.json'), JSON.stringify({ boot: 'before a restart', synced: true }));
    const after = await openStore({ folder: own, nowMs });
    expect(await nodesIn(after)).toEqual(['9521002000016/7']);
    expect(await after.query('select number from blocks')).toEqual([{ number: 0 }]);
    await after.close();
  }, 60_000);

  test('its journal can be read by nobody else', async () => {
    const { mode } = await stat(join(folder, 'orderly', 'own.jsonl'));
    expect(mode & 0o077).toBe(0);
  });
});
