import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { processIdentity } from '@hopline/protocol/node';
import { z } from 'zod';
import { processBookFile } from '../../infra/start/process-book.ts';

/** What `npm start` runs. */
export const startProgram = resolve(import.meta.dirname, '../../infra/start/main.ts');

/** Generous: the machine may have two cores and other work. Nothing is judged by the time it takes. */
const withinMs = 240_000;
const pollMs = 250;
const overview = z.object({ counts: z.object({ readings: z.number(), lots: z.number(), devices: z.number() }) });
const stateSchema = z.object({
  gateways: z.array(z.object({ mspId: z.string(), url: z.string(), adminKeyFile: z.string() })),
});

const bookSchema = z.object({
  parts: z.array(z.object({ name: z.string(), pid: z.number(), identity: z.string() })),
});

/** A running `npm start`, as somebody at the terminal has it. */
export interface Started {
  /** All that it has written so far. */
  output(): string;
  /** Waits until it has written such a text. Throws an Error with all that it wrote where it ends before. */
  wrote(text: RegExp): Promise<void>;
  /** Ctrl-C; gives the exit code. */
  interrupt(): Promise<number | null>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

export function start(dataDir: string, portBase: number, args: readonly string[]): Started {
  const child = spawn(process.execPath, [startProgram, '--data', dataDir, '--port-base', String(portBase), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'close');
  const end = async (signal: NodeJS.Signals) => {
    if (isRunning(child)) child.kill(signal);
    await ended;
  };
  return {
    output: () => output,
    wrote: (text) =>
      until(`it writes ${text}`, async () => {
        if (!isRunning(child)) throw new Error(`it ended:\n${output}`);
        return text.test(output);
      }),
    interrupt: async () => {
      await end('SIGINT');
      return child.exitCode;
    },
    kill: () => end('SIGKILL'),
  };
}

/** What the gateway of the warehouses counts. */
export async function countsAt(dataDir: string): Promise<z.infer<typeof overview>['counts']> {
  const state = stateSchema.parse(JSON.parse(await readFile(join(dataDir, 'hopline.json'), 'utf8')));
  const gateway = state.gateways.find(({ mspId }) => mspId === 'FreshHubMSP');
  const key = (await readFile(gateway?.adminKeyFile ?? '', 'utf8')).trim();
  const response = await fetch(`${gateway?.url}/api/overview`, { headers: { authorization: `Bearer ${key}` } });
  return overview.parse(await response.json()).counts;
}

/** The processes that work on a data folder, as the starter notes them; the answer tells the names of those that live. */
export async function partsOf(dataDir: string): Promise<() => string[]> {
  const { parts } = bookSchema.parse(JSON.parse(await readFile(join(dataDir, processBookFile), 'utf8')));
  return () => parts.filter(({ pid, identity }) => processIdentity(pid) === identity).map(({ name }) => name);
}

export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((done) => setTimeout(done, pollMs));
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
