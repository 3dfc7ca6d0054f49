import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processIdentity } from '@hopline/protocol/node';
import { z } from 'zod';
import { FabricError } from './fabric-error.ts';
import { poll } from './poll.ts';
import { isServing, type PortUse, type Readiness } from './ports.ts';
import type { Environment } from './run-command.ts';

const SERVE_TIMEOUT_MS = 60_000;
const TERMINATE_TIMEOUT_MS = 10_000;
const KILL_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 50;
/** A log longer than this is put aside (one generation) when its process is started again. */
const MAX_LOG_BYTES = 8 * 1024 * 1024;
const QUOTED_LOG_LINES = 12;

/** A process as it should run. */
export interface ProcessPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** What it gets beside the inherited environment. */
  readonly env: Environment;
  /** Content of the configuration that it reads: a change of it is a reason to start again. */
  readonly configuration: string;
  readonly ports: readonly PortUse[];
  readonly readiness: Readiness;
}

const processRecord = z.object({
  name: z.string(),
  pid: z.number().int().positive(),
  /** As `processIdentity` gave it, so that a recycled number is not taken for this process. */
  identity: z.string(),
  /** Of the plan it was started by: another one means it has to be started again. */
  fingerprint: z.string(),
});

/** A process as it was started; kept in a file, so that any shell can find and stop it. */
export type ProcessRecord = z.infer<typeof processRecord>;

/** The processes of one data folder, with their records (`run/`) and logs (`logs/`). */
export class ProcessFolder {
  readonly #runDir: string;
  readonly #logDir: string;
  readonly #inherited: Environment;
  readonly #terminateTimeoutMs: number;

  /**
   * @param inherited environment that every process gets beside its own.
   * @param terminateTimeoutMs how long a process may take to end by itself when it is stopped.
   */
  constructor(dataDir: string, inherited: Environment, terminateTimeoutMs = TERMINATE_TIMEOUT_MS) {
    this.#inherited = inherited;
    this.#terminateTimeoutMs = terminateTimeoutMs;
    this.#runDir = join(dataDir, 'run');
    this.#logDir = join(dataDir, 'logs');
  }

  logFile(name: string): string {
    return join(this.#logDir, `${name}.log`);
  }

  /** Those of the recorded processes that run now; records of others are removed. */
  async running(): Promise<ProcessRecord[]> {
    const files = (await readdir(this.#runDir).catch(() => [])).filter((file) => file.endsWith('.json'));
    const records: ProcessRecord[] = [];
    for (const file of files) {
      const record = await readRecord(join(this.#runDir, file));
      if (record && (await isRunning(record))) records.push(record);
      else await rm(join(this.#runDir, file), { force: true });
    }
    return records;
  }

  /**
   * Starts a process in the background, in a process group of its own, so that Ctrl-C at the terminal does not reach it, with
   * its output appended to its log.
   *
   * @throws FabricError `PROCESS_EXITED` where the program can't be executed.
   */
  async start(plan: ProcessPlan): Promise<ProcessRecord> {
    await mkdir(this.#runDir, { recursive: true });
    await mkdir(this.#logDir, { recursive: true });
    const logFile = this.logFile(plan.name);
    await setLongLogAside(logFile);
    const log = openSync(logFile, 'a');
    const child = spawn(plan.command, plan.args, {
      cwd: plan.cwd,
      env: { ...this.#inherited, ...plan.env },
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    try {
      await once(child, 'spawn');
    } catch (cause) {
      throw new FabricError('PROCESS_EXITED', `${plan.name}: ${plan.command} could not be started`, { cause });
    }
    child.unref();
    const pid = child.pid as number;
    const identity = processIdentity(pid);
    if (!identity) throw await this.#exited(plan.name);
    const record = { name: plan.name, pid, identity, fingerprint: fingerprintOf(plan) };
    const file = this.#recordFile(plan.name);
    await writeFile(`${file}.new`, JSON.stringify(record));
    await rename(`${file}.new`, file);
    return record;
  }

  /**
   * Waits until the process serves.
   *
   * @throws FabricError `PROCESS_EXITED` with the end of its log, `START_TIMEOUT` or `CANCELLED`.
   */
  async waitUntilServing(plan: ProcessPlan, record: ProcessRecord, signal: AbortSignal): Promise<void> {
    const limits = { intervalMs: POLL_INTERVAL_MS, timeoutMs: SERVE_TIMEOUT_MS, signal };
    await poll(`${plan.name}, log in ${this.logFile(plan.name)}`, limits, async () => {
      if (!(await isRunning(record))) throw await this.#exited(plan.name);
      return (await isServing(plan.readiness)) || undefined;
    });
  }

  /** @throws FabricError `PROCESS_EXITED` where one of the processes doesn't run. */
  async assertRunning(plans: readonly ProcessPlan[]): Promise<void> {
    const names = new Set((await this.running()).map(({ name }) => name));
    for (const { name } of plans) if (!names.has(name)) throw await this.#exited(name);
  }

  /** Asks the processes to end, insists on it after a while, and returns when none is left. */
  async stop(records: readonly ProcessRecord[]): Promise<void> {
    await Promise.all(
      records.map(async (record) => {
        if (
          !(await endsOn('SIGTERM', record, this.#terminateTimeoutMs)) &&
          !(await endsOn('SIGKILL', record, KILL_TIMEOUT_MS))
        ) {
          throw new FabricError('COMMAND_FAILED', `${record.name} (process ${record.pid}) can't be stopped`);
        }
        await rm(this.#recordFile(record.name), { force: true });
      }),
    );
  }

  #recordFile(name: string): string {
    return join(this.#runDir, `${name}.json`);
  }

  async #exited(name: string): Promise<FabricError> {
    const logFile = this.logFile(name);
    const text = await readFile(logFile, 'utf8').catch(() => '');
    const end = text.trim().split('\n').slice(-QUOTED_LOG_LINES).join('\n');
    return new FabricError('PROCESS_EXITED', `${name} ended by itself; the end of ${logFile}:\n${end}`);
  }
}

/** Same plan, same fingerprint. */
export function fingerprintOf({ command, args, cwd, env, configuration }: ProcessPlan): string {
  const sorted = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([command, args, cwd, sorted, configuration]))
    .digest('hex');
}

export async function isRunning({ pid, identity }: ProcessRecord): Promise<boolean> {
  return processIdentity(pid) === identity;
}

/** True where the process is gone after the signal, within the time. */
async function endsOn(signal: NodeJS.Signals, record: ProcessRecord, timeoutMs: number): Promise<boolean> {
  if (!(await isRunning(record))) return true;
  try {
    process.kill(record.pid, signal);
  } catch (failure) {
    // ESRCH: it ended between the look and the signal.
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
  const limits = { intervalMs: POLL_INTERVAL_MS, timeoutMs, signal: new AbortController().signal };
  return poll(record.name, limits, async () => ((await isRunning(record)) ? undefined : true)).catch(() => false);
}

async function readRecord(file: string): Promise<ProcessRecord | undefined> {
  try {
    return processRecord.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function setLongLogAside(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(file, `${file}.old`);
}
