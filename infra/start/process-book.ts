import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderInUse, type FolderLock, lockFolder, processIdentity } from '@hopline/protocol/node';
import { z } from 'zod';
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
  readonly #lock: FolderLock;
  readonly #owner: Entry;
  #parts: Entry[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, lock: FolderLock, owner: Entry) {
    this.#file = file;
    this.#lock = lock;
    this.#owner = owner;
  }

  /** Claims the folder. Throws an Error where a starter that lives has it. */
  static async open(dataDir: string): Promise<ProcessBook> {
    const file = join(dataDir, processBookFile);
    const lock = await take(dataDir, file);
    try {
      const earlier = await readJsonFile(file, bookSchema);
      await Promise.all((earlier?.parts ?? []).map(end));
      const identity = processIdentity(process.pid) ?? '';
      const book = new ProcessBook(file, lock, { name: 'starter', pid: process.pid, identity });
      await book.#write();
      return book;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Notes a part that was started. */
  async record(name: string, pid: number | undefined): Promise<void> {
    const identity = pid === undefined ? null : processIdentity(pid);
    if (pid === undefined || identity === null) return;
    this.#parts = [...this.#parts.filter((part) => part.name !== name), { name, pid, identity }];
    await this.#write();
  }

  /** Gives the folder up, after every part has ended. */
  async stop(): Promise<void> {
    await this.#writing;
    await rm(this.#file, { force: true });
    this.#lock.release();
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => writeJsonFile(this.#file, { owner: this.#owner, parts: this.#parts }));
    return this.#writing;
  }
}

async function take(dataDir: string, file: string): Promise<FolderLock> {
  try {
    return lockFolder(dataDir);
  } catch (cause) {
    if (!(cause instanceof FolderInUse)) throw cause;
    const book = await readJsonFile(file, bookSchema);
    const who = book ? `, as process ${book.owner.pid}` : '';
    throw new Error(`${dataDir} is in use: Hopline runs there already${who}`, { cause });
  }
}

/** A number may have gone to another process meanwhile; its start time tells. */
function isAlive({ pid, identity }: Entry): boolean {
  return processIdentity(pid) === identity;
}

async function end(part: Entry): Promise<void> {
  const deadline = Date.now() + endsWithinMs;
  for (let signal: NodeJS.Signals = 'SIGTERM'; isAlive(part); ) {
    if (Date.now() > deadline) signal = 'SIGKILL';
    try {
      process.kill(part.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await new Promise((done) => setTimeout(done, pollMs));
  }
}
