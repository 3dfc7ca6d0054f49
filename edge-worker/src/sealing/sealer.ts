import {
  fromBase64Url,
  importSigningKey,
  parseReading,
  type SigningKey,
  sha256,
  signStatement,
  statementDigest,
  toBase64Url,
} from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import type { Clock } from '../clock.ts';
import { EdgeError } from '../error.ts';
import { isBeyond } from '../readings/judge.ts';
import type { Registry } from '../registry/registry.ts';
import type { StoredLeaf } from '../store/leaf-store.ts';
import type { Stores } from '../store/stores.ts';
import { type ChainHead, sealBatch } from './seal-batch.ts';
import { readLeaf } from './summary-builder.ts';

/** Keeps a statement below its 32 KB; further excursions go into the next one. */
const maxExcursionsPerSeal = 64;

export interface SealerPorts {
  readonly node: string;
  readonly channel: string;
  readonly config: NodeConfig;
  readonly clock: Clock;
  readonly stores: Stores;
  /** The newest registry copy, in force or expired. */
  registry(): Registry | null;
}

/** Turns open leaves into sealed batches. */
export class Sealer {
  readonly #ports: SealerPorts;
  #running: Promise<number> | null = null;
  #key: { jwk: string; key: Promise<SigningKey> } | null = null;

  constructor(ports: SealerPorts) {
    this.#ports = ports;
  }

  /**
   * Seals one batch and returns its sequence: the open leaves in order, up to the limit, or an idle statement where there
   * are none. What was asked for while a seal is under way gets that one's result. Throws `seal-not-allowed`.
   */
  seal(): Promise<number> {
    this.#running ??= this.#seal().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  head(): (ChainHead & { lastLeaf: number }) | null {
    const head = this.#ports.stores.settings.get('head');
    return head && { ...head, digest: fromBase64Url(head.digest) };
  }

  /**
   * A crash before the transaction leaves the leaves open and nothing else: no bytes of this seal have left the node. After
   * it the statement's bytes, its summary's and the choice of leaves are on disk together and for ever.
   */
  async #seal(): Promise<number> {
    const { node, channel, config, clock, stores } = this.#ports;
    const key = await this.#signingKey();
    const version = stores.settings.get('registry')?.version;
    if (version === undefined) throw new EdgeError('seal-not-allowed', 'no registry copy has been taken yet');
    // Each round looks at as many leaves as a batch takes, so it is done when a round finds none.
    while (await this.#setRevokedAside()) await scheduler.wait(0);
    const head = this.head();
    const lastLeaf = head?.lastLeaf ?? 0;
    const leaves = stores.leaves.list(lastLeaf, Number.MAX_SAFE_INTEGER, config.sealMaxReadings);
    const excursions = stores.rules.excursions(maxExcursionsPerSeal);
    const { statement, summary, taken } = await sealBatch({
      node,
      head,
      registryVersion: version,
      excursions,
      nowMs: clock.nowMs(),
      leaves,
    });
    const bytes = await signStatement(key, channel, statement);
    const digest = await statementDigest(bytes);
    const last = leaves[taken - 1]?.id ?? lastLeaf;
    stores.transaction(() => {
      stores.batches.insert({
        sequence: statement.sequence,
        digest,
        statement: bytes,
        summary,
        summaryDigest: statement.summaryDigest,
        size: taken,
        firstLeaf: leaves[0]?.id ?? last,
        lastLeaf: last,
        fromMs: statement.fromMs,
        toMs: statement.toMs,
        sealedAtMs: statement.sealedAtMs,
        transactionId: null,
        block: null,
        coveredAtMs: null,
      });
      stores.rules.removeExcursions(excursions);
      const { sequence, sealedAtMs } = statement;
      stores.settings.set('head', { sequence, digest: toBase64Url(digest), sealedAtMs, lastLeaf: last });
    });
    return statement.sequence;
  }

  /**
   * Acknowledged readings that a revocation has overtaken before they were sealed: they go to quarantine, where people see
   * them. It is a transaction of its own: the leaves that remain are what the next seal takes, crash or not.
   */
  async #setRevokedAside(): Promise<boolean> {
    const { stores, config } = this.#ports;
    const registry = this.#ports.registry();
    if (!registry || registry.copy.revocations.length === 0) return false;
    const open = stores.leaves.list(this.head()?.lastLeaf ?? 0, Number.MAX_SAFE_INTEGER, config.sealMaxReadings);
    const revoked: { leaf: StoredLeaf; device: string; message: Uint8Array<ArrayBuffer> }[] = [];
    for (const stored of open) {
      if (stored.sequence === null) continue;
      const device = stores.devices.name(stored.deviceId);
      if (!registry.hasRevokedKey(device)) continue;
      const { leaf, sequence } = readLeaf(stored.bytes);
      const revocation = registry.revocation(parseReading(leaf.message).message.header.kid);
      if (revocation && isBeyond(sequence, revocation.last ?? 'none')) {
        revoked.push({ leaf: stored, device, message: leaf.message });
      }
    }
    if (revoked.length === 0) return false;
    const digests = await Promise.all(revoked.map(({ message }) => sha256(message)));
    stores.transaction(() => {
      for (const [index, { leaf, device, message }] of revoked.entries()) {
        stores.leaves.remove(leaf.id);
        const { receivedAtMs } = leaf;
        stores.quarantine.add({ reason: 'revoked', device, receivedAtMs, message }, digests[index] as typeof message);
      }
      stores.counts.add({ quarantined: revoked.length, accepted: -revoked.length });
    });
    return true;
  }

  #signingKey(): Promise<SigningKey> {
    const jwk = this.#ports.stores.settings.get('key');
    if (!jwk) throw new EdgeError('seal-not-allowed', 'the node has no key yet');
    if (this.#key?.jwk !== jwk.x) this.#key = { jwk: jwk.x, key: importSigningKey(jwk) };
    return this.#key.key;
  }
}
