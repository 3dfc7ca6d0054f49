import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type NodeConfig, nodesConfigSchema } from '@hopline/protocol/edge';
import { lockFolder } from '@hopline/protocol/node';
import type { z } from 'zod';
import { buildWorker } from './build-worker.ts';
import { layout, workerdConfig } from './workerd-config.ts';

/** Configuration of the nodes by id, defaults left out as you like. */
export type NodesInput = Readonly<Record<string, z.input<typeof nodesConfigSchema>[string] | NodeConfig>>;

export interface LocalEdgeOptions {
  /** Folder of the edge: configuration, bundle and the objects' SQLite files. It is made where it is missing. */
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly nodes: NodesInput;
  readonly host?: string;
  readonly channel?: string;
  /** Gets each line that workerd writes. */
  readonly log?: (line: string) => void;
}

export interface LocalEdge {
  /** `http://host:port`, without a slash at the end; MQTT is at `ws://host:port/sites/{gln}/{n}/mqtt`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** `kill -9`, for tests of what is on the disk. */
  kill(): Promise<void>;
}

/** The package is CommonJS without types; its default export is the path of the binary. */
const { default: workerd } = createRequire(import.meta.url)('workerd') as { default: string };

const startTimeoutMs = 20_000;
const stopTimeoutMs = 1_000;
const keptLines = 20;

/**
 * Runs the edge Worker on a plain workerd with its data on this disk. Resolves when it listens and every configured node
 * has been woken, so that their timers run. The folder is for this edge alone, since two on one disk would fork their
 * chains. Throws FolderInUse, or an Error where the port is in use (naming it) or workerd does not come up.
 */
export async function startLocalEdge(options: LocalEdgeOptions): Promise<LocalEdge> {
  const { dataDir, port, nodes, host = '127.0.0.1', channel = 'provenance', log } = options;
  const config = workerdConfig({ host, port, channel, compatibilityDate: await compatibilityDate() });
  await mkdir(join(dataDir, layout.objects), { recursive: true });
  const lock = lockFolder(dataDir);
  await prepareFolder(dataDir, nodes, config).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  const lines: string[] = [];
  const child = spawn(workerd, ['serve', layout.config, '--control-fd=3'], {
    cwd: dataDir,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in a terminal is for whoever started this, who ends it in order.
    detached: true,
  });
  const ended = once(child, 'exit').then(() => lock.release());
  // A failure to spawn shows as an exit that never comes: it is told by `listening`.
  ended.catch(() => undefined);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as Readable }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      log?.(line);
    });
  }
  try {
    // At once: should this process die here, the lock is already with the one that has the disk.
    if (child.pid !== undefined) lock.handTo(child.pid);
    const actual = await listening(child, port, lines);
    const url = `http://${host}:${actual}`;
    await Promise.all(Object.keys(nodes).map((node) => fetch(`${url}/sites/${node}/healthz`).then(expectOk)));
    return {
      url,
      port: actual,
      pid: child.pid ?? 0,
      ended,
      stop: () => end(child, ended, 'SIGTERM'),
      kill: () => end(child, ended, 'SIGKILL'),
    };
  } catch (error) {
    await end(child, ended, 'SIGKILL');
    // Also where nothing was spawned that could end.
    lock.release();
    throw error;
  }
}

async function prepareFolder(dataDir: string, nodes: NodesInput, config: string): Promise<void> {
  const checked = nodesConfigSchema.parse(nodes);
  await copyFile(await buildWorker(), join(dataDir, layout.worker));
  // It holds bearer tokens.
  await writeFile(join(dataDir, layout.nodes), JSON.stringify(checked), { mode: 0o600 });
  await writeFile(join(dataDir, layout.config), config);
}

async function compatibilityDate(): Promise<string> {
  const path = fileURLToPath(new URL('../wrangler.jsonc', import.meta.url));
  const date = /"compatibility_date":\s*"([^"]+)"/.exec(await readFile(path, 'utf8'))?.[1];
  if (!date) throw new Error('wrangler.jsonc names no compatibility date');
  return date;
}

/** Waits for workerd's word on its control channel that the socket listens; the answer is the port. */
async function listening(child: ChildProcess, port: number, lines: readonly string[]): Promise<number> {
  const control = createInterface({ input: child.stdio[3] as Readable });
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      const inUse = lines.some((line) => line.includes('Address already in use'));
      reject(new Error(inUse ? `port ${port} is in use` : `workerd did not start: ${why}\n${lines.join('\n')}`));
    };
    const timer = setTimeout(() => fail('no answer in time'), startTimeoutMs);
    control.on('line', (line) => {
      const message = JSON.parse(line) as { event?: string; port?: number };
      if (message.event !== 'listen' || message.port === undefined) return;
      clearTimeout(timer);
      resolve(message.port);
    });
    child.on('error', (error) => fail(error.message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      fail(`it ended with ${code ?? signal}`);
    });
  });
}

async function expectOk(response: Response): Promise<void> {
  if (!response.ok) throw new Error(`a node does not answer: ${response.status} ${await response.text()}`);
}

async function end(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  }
}
