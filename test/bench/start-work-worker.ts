import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import type { WorkTask } from './work-task.ts';

const configuration = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "objects", disk = (path = "objects", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  bindings = [(name = "WORK", durableObjectNamespace = "Work")],
  durableObjectNamespaces = [(className = "Work", uniqueKey = "hopline-bench-work", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
);
`;

export interface WorkWorker {
  run(task: WorkTask): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a plain workerd with the Durable Object `Work`, its SQLite on this machine's disk. */
export async function startWorkWorker(): Promise<WorkWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'hopline-bench-work-'));
  await mkdir(join(folder, 'objects'));
  await build({
    entryPoints: [join(import.meta.dirname, 'work-worker.ts')],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2024',
    logLevel: 'silent',
  });
  await writeFile(join(folder, 'config.capnp'), configuration);
  const { default: program } = createRequire(import.meta.url)('workerd') as { default: string };
  const child = spawn(program, ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number };
    if (event === 'listen' && port) return { run: (task) => post(`http://127.0.0.1:${port}/`, task), stop };
  }
  await stop();
  throw new Error('workerd ended before it listened');
}

async function post(url: string, task: WorkTask): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(task) });
  if (!response.ok) throw new Error(`${task.kind} failed: ${await response.text()}`);
  await response.text();
}
