import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processIdentity } from '../fabric/process-identity.ts';
import { readJsonFile, writeJsonFile } from './secrets-file.ts';

/** Its name in the data folder. */
export const processBookFile = 'processes.json';

const entrySchema = z.object({ name: z.string(), pid: z.int().min(1), identity: z.string() });
const bookSchema = z.object({ owner: entrySchema, parts: z.array(entrySchema) });
type Entry = z.infer<typeof entrySchema>;

const endsWithinMs = 10_000;
const pollMs = 100;

/**
 * Which processes work on a data folder. The parts of the system outlive a starter that was killed; the next start finds
 * them here and ends them before it begins, so that nobody has to look for them by hand.
 */
export class ProcessBook {
  readonly #file: string;
  readonly #owner: Entry;
  #parts: Entry[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, owner: Entry) {
    this.#file = file;
    this.#owner = owner;
  }

  /** Claims the folder. Throws an Error where a starter that lives has it. */
  static async open(dataDir: string): Promise<ProcessBook> {
    const file = join(dataDir, processBookFile);
    const earlier = await readJsonFile(file, bookSchema);
    if (earlier && (await isAlive(earlier.owner))) {
      throw new Error(`${dataDir} is in use: Hopline runs there already, as process ${earlier.owner.pid}`);
    }
    await Promise.all((earlier?.parts ?? []).map(end));
    const identity = await processIdentity(process.pid);
    const book = new ProcessBook(file, { name: 'starter', pid: process.pid, identity: identity ?? '' });
    await book.#write();
    return book;
  }

  /** Notes a part that was started. */
  async record(name: string, pid: number | undefined): Promise<void> {
    const identity = pid === undefined ? undefined : await processIdentity(pid);
    if (pid === undefined || identity === undefined) return;
    this.#parts = [...this.#parts.filter((part) => part.name !== name), { name, pid, identity }];
    await this.#write();
  }

  /** Gives the folder up, after every part has ended. */
  async stop(): Promise<void> {
    await this.#writing;
    await rm(this.#file, { force: true });
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => writeJsonFile(this.#file, { owner: this.#owner, parts: this.#parts }));
    return this.#writing;
  }
}

/** A number may have gone to another process meanwhile; its start time tells. */
async function isAlive({ pid, identity }: Entry): Promise<boolean> {
  return (await processIdentity(pid)) === identity;
}

async function end(part: Entry): Promise<void> {
  const deadline = Date.now() + endsWithinMs;
  for (let signal: NodeJS.Signals = 'SIGTERM'; await isAlive(part); ) {
    if (Date.now() > deadline) signal = 'SIGKILL';
    try {
      process.kill(part.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await new Promise((done) => setTimeout(done, pollMs));
  }
}
