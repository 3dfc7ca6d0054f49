import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@hopline/protocol/node';
import pg from 'pg';

const startTimeoutMs = 60_000;

/** A private PostgreSQL server in a temporary folder, on a loopback port. */
export interface PostgresServer {
  /** URL of a new, empty database. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Folder with `initdb` and `postgres`: on PATH, or where packages put them; `null` where there is none. */
export async function findPostgres(): Promise<string | null> {
  const packaged: string[] = [];
  for (const parent of ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']) {
    const names = await readdir(parent).catch(() => []);
    packaged.push(...names.filter((name) => /^\d|^postgresql/.test(name)).map((name) => join(parent, name, 'bin')));
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...packaged.sort().reverse(), '/usr/local/pgsql/bin'];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)))) ?? null;
}

/** Starts a server, or gives the reason why there is none. It refuses to run as root, so root lends it to `nobody`. */
export async function startPostgres(): Promise<PostgresServer | { readonly reason: string }> {
  const bin = await findPostgres();
  if (!bin) return { reason: 'no initdb and postgres on PATH or in the usual folders' };
  const owner: { uid?: number; gid?: number } | null = process.getuid?.() === 0 ? await nobody() : {};
  if (!owner) return { reason: 'running as root, and there is no user nobody to run PostgreSQL as' };
  const folder = await mkdtemp(join(tmpdir(), 'hopline-postgres-'));
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid ?? owner.uid);
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  const options = { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'] };
  const initdb = spawn(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'hopline', '-A', 'trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    options,
  );
  const problem = await ending(initdb);
  if (problem) return { reason: `initdb failed: ${problem}` };
  const port = await freePort();
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=60',
  ];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    options,
  );
  server.stderr?.resume();
  const url = (database: string) => `postgresql://hopline@127.0.0.1:${port}/${database}`;
  await answering(server, url('postgres'));
  let databases = 0;
  return {
    async createDatabase() {
      const name = `test_${++databases}`;
      await run(url('postgres'), `create database ${name}`);
      return url(name);
    },
    async stop() {
      const exit = once(server, 'exit');
      // Fast shutdown: connections are ended, not waited for.
      server.kill('SIGINT');
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}

async function nobody(): Promise<{ uid: number; gid: number } | null> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users) ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

async function ending(child: ChildProcess): Promise<string | null> {
  let text = '';
  child.stderr?.on('data', (data: Buffer) => {
    text += data.toString();
  });
  const [code] = await once(child, 'exit');
  return code === 0 ? null : text.trim() || `exit code ${String(code)}`;
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    const problem = await run(url, 'select 1').catch((error: unknown) => error);
    if (problem === undefined) return;
    if (Date.now() > deadline) throw problem;
    await sleep(50);
  }
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
