import { BatchStore } from './batch-store.ts';
import { BlobStore } from './blob-store.ts';
import { CountStore } from './count-store.ts';
import { DeviceStore } from './device-store.ts';
import { LeafStore } from './leaf-store.ts';
import { LeftStore } from './left-store.ts';
import { LegacyStore } from './legacy-store.ts';
import { QuarantineStore } from './quarantine-store.ts';
import { SqlRestStore } from './rest-store.ts';
import { RuleStore } from './rule-store.ts';
import { SessionStore } from './session-store.ts';
import { SettingsStore } from './settings-store.ts';
import { TimerStore } from './timer-store.ts';

/** All that an edge node keeps on its disk. The schema must be up to date (`migrate`). */
export class Stores {
  readonly settings: SettingsStore;
  readonly counts: CountStore;
  readonly timers: TimerStore;
  readonly blobs: BlobStore;
  readonly devices: DeviceStore;
  readonly leaves: LeafStore;
  readonly left: LeftStore;
  readonly legacy: LegacyStore;
  readonly quarantine: QuarantineStore;
  readonly batches: BatchStore;
  readonly rules: RuleStore;
  readonly sessions: SessionStore;
  readonly rests: SqlRestStore;
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    const { sql } = storage;
    this.#storage = storage;
    this.settings = new SettingsStore(sql);
    this.counts = new CountStore(sql);
    this.timers = new TimerStore(sql);
    this.blobs = new BlobStore(sql);
    this.devices = new DeviceStore(sql);
    this.leaves = new LeafStore(sql);
    this.left = new LeftStore(sql);
    this.legacy = new LegacyStore(sql);
    this.quarantine = new QuarantineStore(sql);
    this.batches = new BatchStore(sql);
    this.rules = new RuleStore(sql);
    this.sessions = new SessionStore(sql);
    this.rests = new SqlRestStore(sql);
  }

  /** Runs the writes in one transaction. Where it throws, what the caches learnt within it is forgotten too. */
  transaction<T>(writes: () => T): T {
    try {
      return this.#storage.transactionSync(writes);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Bytes in use, free pages not counted. */
  diskBytes(): number {
    return this.#storage.sql.databaseSize;
  }

  forget(): void {
    this.settings.forget();
    this.devices.forget();
    this.quarantine.forget();
  }
}
