import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { migrationFiles } from './migrate.ts';

/**
 * New embedded databases as copies of one that was made before: to copy forty megabytes takes a tenth of the time that
 * unpacking an empty cluster and running all migrations on it takes. For tests and demos, which make many.
 */
export class DatabaseTemplates {
  readonly #folder: string;
  readonly #boot: string;

  /** @param boot names this run of the machine: what an earlier one left may be torn, since nothing of it was synced */
  constructor(folder: string, boot: string) {
    this.#folder = folder;
    this.#boot = boot;
  }

  /**
   * Puts a new database where there is none; it is there whole or not at all. Where none can be copied (another version
   * of this program has just removed the template, say) the place stays empty, and the caller makes one itself.
   *
   * @param make makes a database with the current schema in a folder, and closes it
   */
  async copyTo(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
    try {
      await cp(await this.#template(make), `${folder}.new`, { recursive: true });
      await rename(`${folder}.new`, folder);
    } catch {
      await rm(`${folder}.new`, { recursive: true, force: true });
    }
  }

  async #template(make: (folder: string) => Promise<void>): Promise<string> {
    const name = await this.#name();
    const template = join(this.#folder, name);
    const names = await readdir(this.#folder).catch((): string[] => []);
    if (names.includes(name)) return template;
    await mkdir(this.#folder, { recursive: true });
    const old = names.filter((each) => !each.startsWith(name));
    await Promise.all(old.map((each) => rm(join(this.#folder, each), { recursive: true, force: true })));
    const made = await mkdtemp(`${template}.`);
    await make(made);
    // Somebody else may have been quicker, with the same.
    await rename(made, template).catch(() => rm(made, { recursive: true, force: true }));
    return template;
  }

  /** By the schema and the run of the machine. */
  async #name(): Promise<string> {
    const digest = createHash('sha256').update(this.#boot);
    for (const { name, sql } of await migrationFiles()) digest.update(name).update(sql);
    return digest.digest('hex').slice(0, 32);
  }
}
