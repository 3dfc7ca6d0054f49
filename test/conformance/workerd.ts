import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

const startTimeoutMs = 30_000;

const configuration = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")],
    compatibilityDate = "2026-10-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/**
 * Starts a plain workerd with one Worker on a free port of 127.0.0.1.
 * @param script the Worker's bundle, an ES module
 * @returns its address, and `stop`, which ends the process and removes its files
 */
export async function startWorkerd(script: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'hopline-workerd-'));
  await writeFile(join(folder, 'worker.js'), script);
  await writeFile(join(folder, 'config.capnp'), configuration);
  const workerd = spawn(workerdPath(), ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => workerd.once('exit', () => resolve()));
  const stop = async () => {
    workerd.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = await Promise.race([
      listeningPort(workerd.stdio[3] as Readable),
      ended.then(() => Promise.reject(new Error('workerd ended before it listened'))),
      wait(startTimeoutMs, undefined, { ref: false }).then(() => Promise.reject(new Error('workerd did not listen'))),
    ]);
    return { url: `http://127.0.0.1:${port}/`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** workerd says on the control descriptor, one JSON text a line, which port it was given. */
async function listeningPort(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const message = JSON.parse(line) as { event: string; port?: number };
    if (message.event === 'listen' && message.port) return message.port;
  }
  throw new Error('workerd closed its control descriptor');
}

function workerdPath(): string {
  const path: unknown = createRequire(import.meta.url)('workerd');
  const { default: binary } = path as { default: string };
  return binary;
}
