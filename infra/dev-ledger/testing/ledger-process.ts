import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ConnectionProfile, readConnectionProfile } from '../../connection-profile.ts';
import { killProcess } from './chaincode-process.ts';

export type LedgerProcess = {
  profile: ConnectionProfile;
  lines: string[];
  /** SIGKILL: nothing is flushed, nothing is said. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  terminate(): Promise<number | null>;
};

/** Runs the command line program on a data folder; done when it says that it is ready. */
export async function startLedgerProcess(dataDir: string, ...options: string[]): Promise<LedgerProcess> {
  const child = spawnMain('--data', dataDir, '--port-base', '0', ...options);
  const lines: string[] = [];
  const errors = collect(child.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'dev-ledger: ready') break;
  }
  if (child.exitCode !== null) throw new Error(`the dev ledger ended: ${await errors}`);
  child.stdout.resume();
  return {
    profile: await readConnectionProfile(join(dataDir, 'connection.json')),
    lines,
    kill: () => killProcess(child),
    terminate: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await exit) as [number | null];
      return code;
    },
  };
}

/** Runs the program to its end. */
export async function runMain(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnMain(...args);
  const [stdout, stderr, [code]] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

function spawnMain(...args: string[]) {
  return spawn(process.execPath, [join(import.meta.dirname, '..', 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  }) satisfies ChildProcess;
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of stream) chunks.push(String(chunk));
  return chunks.join('');
}
