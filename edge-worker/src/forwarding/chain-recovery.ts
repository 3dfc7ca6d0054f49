import {
  type Bytes,
  type DeviceSummary,
  decodeLeaf,
  decodeSummary,
  equal,
  type HeadReport,
  parseStatement,
  type SealedBatch,
  type Statement,
  sha256,
  summaryDigest,
  toBase64Url,
} from '@hopline/protocol';
import { EdgeError } from '../error.ts';
import { covers, type Interval } from '../readings/interval.ts';
import type { Batch } from '../store/batch-store.ts';
import type { StoredLeaf } from '../store/leaf-store.ts';
import type { Stores } from '../store/stores.ts';
import type { GatewayClient } from './gateway-client.ts';

const batchesPerPage = 64;
const leavesPerStep = 1000;

/** A statement that is on the ledger and that this disk does not have, with what it says of the readings in it. */
interface Foreign {
  readonly statement: Statement;
  readonly digest: Bytes;
  readonly devices: readonly DeviceSummary[];
}

/**
 * Takes up the ledger's chain on a disk that is behind it, or has gone another way, under a key that has sealed nothing
 * yet. What the ledger has anchored in the meantime must not be sealed a second time:
 *
 * - statements of this disk that the ledger does not have are taken back, and their readings are open again;
 * - counters that are anchored are remembered, and open readings with such counters go: they are on the ledger;
 * - a legacy reading has no counter. Where the ledger may have it, nobody can tell: it goes to quarantine.
 *
 * Each page is a transaction and doing it again changes nothing, so a crash at any point is followed by a new start.
 */
export class ChainRecovery {
  readonly #stores: Stores;
  readonly #gateway: GatewayClient;
  readonly #node: string;

  constructor(stores: Stores, gateway: GatewayClient, node: string) {
    this.#stores = stores;
    this.#gateway = gateway;
    this.#node = node;
  }

  /** Brings this disk to the reported head. The hash chain up to it proves that the pages are complete. */
  async run(head: NonNullable<HeadReport['head']>): Promise<void> {
    let next = this.#firstDoubtful();
    let previous: Bytes | null = this.#stores.batches.get(next - 1)?.digest ?? null;
    let last: Foreign | null = null;
    while (next <= head.sequence) {
      const page: readonly SealedBatch[] = await this.#gateway.batches(next, batchesPerPage);
      if (page.length === 0) throw malformed('the ledger has batches that the gateway does not give', { from: next });
      for (const batch of page) {
        const foreign = await this.#read(batch, next, previous);
        await this.#take(foreign);
        previous = foreign.digest;
        last = foreign;
        next++;
        if (foreign.statement.sequence === head.sequence) break;
      }
    }
    if (last && !equal(last.digest, head.digest)) throw malformed('the batches do not lead to the reported head');
    this.#continueFrom(head, last);
  }

  /** The first sequence about which this disk and the ledger may differ: the one after the last that is anchored. */
  #firstDoubtful(): number {
    const { batches, settings } = this.#stores;
    const anchored = batches.lastAnchored();
    return anchored === null ? (batches.outbox(1)[0]?.sequence ?? this.#afterHead(settings.get('head'))) : anchored + 1;
  }

  #afterHead(head: { sequence: number } | null): number {
    return head ? head.sequence + 1 : 0;
  }

  async #read(batch: SealedBatch, sequence: number, previous: Bytes | null): Promise<Foreign> {
    const { statement, digest } = await parseStatement(batch.statement);
    const details = { sequence, found: statement.sequence };
    if (statement.node !== this.#node || statement.sequence !== sequence) {
      throw malformed('a batch is not the one asked for', details);
    }
    if (previous && !equal(statement.previous, previous)) throw malformed('a batch does not follow on', details);
    if (!equal(await summaryDigest(batch.summary), statement.summaryDigest)) {
      throw malformed('a summary is not that of its statement', details);
    }
    return { statement, digest, devices: decodeSummary(batch.summary).devices };
  }

  async #take(foreign: Foreign): Promise<void> {
    const { batches } = this.#stores;
    const { sequence } = foreign.statement;
    const own = batches.get(sequence);
    // The same bytes: this disk sealed it, the answer alone was missing.
    if (own && equal(own.digest, foreign.digest)) return;
    if (own) this.#takeBackFrom(own, foreign.statement);
    const quarantined = await this.#ambiguousLeaves(foreign);
    this.#stores.transaction(() => {
      for (const device of foreign.devices) this.#rememberCounters(device, foreign.statement.sealedAtMs);
      for (const { leaf, message, digest, device } of quarantined) {
        this.#stores.leaves.remove(leaf.id);
        const { receivedAtMs } = leaf;
        this.#stores.quarantine.add({ reason: 'restored-ambiguous', device, receivedAtMs, message }, digest);
      }
      this.#stores.counts.add({ quarantined: quarantined.length, accepted: -quarantined.length });
    });
    await this.#dropAnchored(foreign);
  }

  /** Readings of statements that the ledger does not have become open again; the statements never left, or in vain. */
  #takeBackFrom(own: Batch, { sequence, previous }: Statement): void {
    const { batches, settings } = this.#stores;
    this.#stores.transaction(() => {
      batches.removeFrom(sequence);
      settings.set('head', {
        sequence: sequence - 1,
        digest: toBase64Url(previous),
        sealedAtMs: batches.get(sequence - 1)?.sealedAtMs ?? 0,
        lastLeaf: own.size > 0 ? own.firstLeaf - 1 : own.lastLeaf,
      });
    });
  }

  #rememberCounters({ device, ranges }: DeviceSummary, atMs: number): void {
    for (const { epoch, first, last } of ranges) {
      this.#stores.devices.openEpoch(device, epoch, atMs);
      this.#stores.devices.addSeen(device, epoch, { first, last });
    }
  }

  /** Open readings whose counters are in the foreign batch: the ledger has them. */
  async #dropAnchored({ devices }: Foreign): Promise<void> {
    const ranges = new Map<string, Interval[]>();
    for (const { device, ranges: anchored } of devices) {
      const id = this.#stores.devices.id(device);
      for (const { epoch, first, last } of anchored) {
        const key = `${id} ${epoch}`;
        ranges.set(key, [...(ranges.get(key) ?? []), { first, last }]);
      }
    }
    for (const page of this.#openLeaves()) {
      const anchored = page.filter(
        ({ deviceId, sequence }) =>
          sequence && covers(ranges.get(`${deviceId} ${sequence.epoch}`) ?? [], sequence.counter),
      );
      this.#stores.transaction(() => {
        for (const { id } of anchored) this.#stores.leaves.remove(id);
        this.#stores.counts.add({ anchored: anchored.length });
      });
      await scheduler.wait(0);
    }
  }

  /** Open legacy readings that may be in the foreign batch: of a device that has some there, received within its span. */
  async #ambiguousLeaves({ statement, devices }: Foreign) {
    const legacy = new Set(
      devices.filter((device) => device.assurance === 'session-authenticated').map((device) => device.device),
    );
    const found: { leaf: StoredLeaf; device: string; message: Bytes; digest: Bytes }[] = [];
    if (legacy.size === 0) return found;
    for (const page of this.#openLeaves()) {
      for (const leaf of page) {
        if (leaf.sequence || leaf.receivedAtMs < statement.fromMs || leaf.receivedAtMs > statement.toMs) continue;
        const { device, message } = decodeLeaf(leaf.bytes);
        if (legacy.has(device)) found.push({ leaf, device, message, digest: await sha256(message) });
      }
    }
    return found;
  }

  *#openLeaves(): Generator<StoredLeaf[]> {
    const { leaves, settings } = this.#stores;
    let after = settings.get('head')?.lastLeaf ?? 0;
    for (;;) {
      const page = leaves.list(after, Number.MAX_SAFE_INTEGER, leavesPerStep);
      yield page;
      if (page.length < leavesPerStep) return;
      after = page.at(-1)?.id ?? after;
    }
  }

  /** From here on the next statement follows the ledger's head. */
  #continueFrom(head: NonNullable<HeadReport['head']>, last: Foreign | null): void {
    const { settings } = this.#stores;
    const own = settings.get('head');
    // What this disk has sealed beyond the ledger's head is its own continuation, and on its way.
    if (!last || (own && own.sequence > head.sequence)) return;
    if (own?.sequence === head.sequence) return;
    const { sealedAtMs } = last.statement;
    settings.set('head', {
      sequence: head.sequence,
      digest: toBase64Url(head.digest),
      sealedAtMs,
      lastLeaf: own?.lastLeaf ?? 0,
    });
  }
}

function malformed(message: string, details: Readonly<Record<string, unknown>> = {}): EdgeError {
  return new EdgeError('gateway-answer-malformed', message, details);
}
