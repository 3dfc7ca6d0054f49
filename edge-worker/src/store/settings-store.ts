import type { PrivateJwk } from '@hopline/protocol';
import type { UploadRoute } from '../forwarding/upload-route.ts';

/** Facts about the node itself, by name; each is a JSON text. */
export interface Settings {
  /** `{gln}/{n}`: alarms come without an address, so the node keeps its own name. */
  node: string;
  key: PrivateJwk;
  /** A key that has sealed nothing yet may take up the ledger's chain; one that has must not (see `compareHeads`). */
  keyIsFresh: boolean;
  /** The run of the process that compared heads last; another run must compare again before it seals. */
  comparedBy: string;
  /** The run of the process that opened the disk last. */
  startedBy: string;
  /** When it first agreed with the ledger: the first idle statement counts from here. */
  runningSinceMs: number;
  diverged: { atMs: number; reason: string };
  /** Version and revision of the newest registry copy ever taken: they never go back. */
  registry: { version: number; revision: number };
  /** The sequence up to which two organisations' gateways have covered the chain; it outlives the batches. */
  covered: number;
  /** Which gateways uploads go to (see `chooseGateway`). */
  route: UploadRoute;
  /** Why the oldest batch was refused for good by the gateway that it went to last; none once something was taken. */
  refusal: { by: string; status: number; problem: string | null; sinceMs: number };
  /** Last statement of the chain, which outlives its batch. */
  head: { sequence: number; digest: string; sealedAtMs: number; lastLeaf: number };
}

export class SettingsStore {
  readonly #sql: SqlStorage;
  readonly #cache = new Map<string, unknown>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get<K extends keyof Settings>(name: K): Settings[K] | null {
    if (!this.#cache.has(name)) {
      const [row] = this.#sql.exec<{ value: string }>('SELECT value FROM settings WHERE name = ?', name);
      this.#cache.set(name, row ? JSON.parse(row.value) : null);
    }
    return this.#cache.get(name) as Settings[K] | null;
  }

  set<K extends keyof Settings>(name: K, value: Settings[K] | null): void {
    if (value === null) this.#sql.exec('DELETE FROM settings WHERE name = ?', name);
    else this.#sql.exec('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', name, JSON.stringify(value));
    this.#cache.set(name, value);
  }

  /** To be called when a transaction was rolled back: what was set within it is not so. */
  forget(): void {
    this.#cache.clear();
  }
}
