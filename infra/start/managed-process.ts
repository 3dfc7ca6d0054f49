import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { resolve } from 'node:path';

/** What a shell may have set for other programs; the parts have it in their configuration. */
const notForParts = ['HOST', 'PORT', 'LOG_LEVEL'];
/** Node keeps what it has made of our TypeScript, so that the next process of a kind starts in half the time. */
const compileCache = resolve(import.meta.dirname, '../../node_modules/.cache/hopline/compiled');

export interface ProcessPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Whether it answers already; asked again and again until it does. */
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
  /** Hears of the process as soon as it is there. */
  readonly onStart: (name: string, pid: number | undefined) => Promise<void>;
}

const pollMs = 50;
const stopWithinMs = 15_000;
const logTailCharacters = 2000;

/**
 * A part of the system that runs as a process of its own. Its output goes to a log file; when it ends without having been
 * asked to, `onExit` hears of it with the last lines that it wrote.
 */
export class ManagedProcess {
  readonly plan: ProcessPlan;
  readonly #onExit: (problem: Error) => void;
  #child: ChildProcess | null = null;
  #log: WriteStream | null = null;
  #tail = '';
  #ended: Promise<void> = Promise.resolve();
  #expectingEnd = false;

  constructor(plan: ProcessPlan, onExit: (problem: Error) => void) {
    this.plan = plan;
    this.#onExit = onExit;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process and returns when it is ready. Throws an Error with its last lines when it ends or takes too long. */
  async start(): Promise<void> {
    const { command, args, env, logFile, name } = this.plan;
    this.#expectingEnd = false;
    this.#tail = '';
    this.#log = createWriteStream(logFile, { flags: 'a' });
    // A process group of its own: Ctrl-C reaches only the one that started it, which then stops all in the right order.
    const child = spawn(command, [...args], {
      env: { ...inherited(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.#take(chunk));
    let failure: Error | null = null;
    this.#ended = new Promise((resolve) => {
      child.once('error', (cause) => {
        failure = new Error(`${name} could not be started: ${cause.message}`, { cause });
        resolve();
      });
      child.once('exit', (code, signal) => {
        failure = new Error(
          `${name} ended (${signal ?? `exit code ${code}`})\n${this.#tail.trimEnd()}\nIts log: ${logFile}`,
        );
        this.#child = null;
        this.#log?.end();
        resolve();
      });
    });
    await this.plan.onStart(name, child.pid);
    await this.#untilReady(() => failure);
    void this.#ended.then(() => {
      if (!this.#expectingEnd && failure) this.#onExit(failure);
    });
  }

  /** Asks the process to end, and makes it end when it does not in time. */
  async stop(): Promise<void> {
    this.#expectingEnd = true;
    const child = this.#child;
    if (!child) return;
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await this.#ended;
    clearTimeout(force);
  }

  /** `kill -9`: what a power cut does to a process. */
  async kill(): Promise<void> {
    this.#expectingEnd = true;
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  async #untilReady(failure: () => Error | null): Promise<void> {
    const deadline = Date.now() + this.plan.readyWithinMs;
    while (!(await this.plan.isReady().catch(() => false))) {
      const problem = failure();
      if (problem) throw problem;
      if (Date.now() > deadline) {
        await this.kill();
        throw new Error(
          `${this.plan.name} was not ready within ${this.plan.readyWithinMs} ms\n${this.#tail}\nIts log: ${this.plan.logFile}`,
        );
      }
      await new Promise((done) => setTimeout(done, pollMs));
    }
  }

  #take(chunk: Buffer): void {
    this.#log?.write(chunk);
    this.#tail = (this.#tail + chunk.toString('utf8')).slice(-logTailCharacters);
  }
}

function inherited(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !notForParts.includes(name));
  return { NODE_COMPILE_CACHE: compileCache, ...Object.fromEntries(kept) };
}
