import { generateSigningKey, type HeadReport, importSigningKey, signEnrolment, toBase64Url } from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import type { Clock } from '../clock.ts';
import { EdgeError } from '../error.ts';
import { ChainRecovery } from '../forwarding/chain-recovery.ts';
import { type Comparison, compareHeads } from '../forwarding/compare-heads.ts';
import type { Forwarder } from '../forwarding/forwarder.ts';
import { log } from '../log.ts';
import type { Stores } from '../store/stores.ts';
import { processRun } from './process-run.ts';

/**
 *   not-enrolled ──key, registry copy──▶ running ──another head on the ledger──▶ diverged
 *                                          ▲                                        │
 *                                          └──enrolled again with a new key─────────┘
 */
export type NodeState = 'not-enrolled' | 'running' | 'diverged';

/** A clock that is further ahead of the own gateway's seals nothing. The ledger takes 15 minutes (`statement-time`). */
const maxAheadOfGatewayMs = 10 * 60_000;

export interface ChainGuardPorts {
  readonly node: string;
  readonly channel: string;
  readonly config: NodeConfig;
  readonly clock: Clock;
  readonly stores: Stores;
  readonly forwarder: Forwarder;
}

/** Decides whether the node's chain may grow, and makes the keys under which it does. */
export class ChainGuard {
  readonly #ports: ChainGuardPorts;

  constructor(ports: ChainGuardPorts) {
    this.#ports = ports;
  }

  state(): NodeState {
    const { settings } = this.#ports.stores;
    if (settings.get('diverged')) return 'diverged';
    return settings.get('key') && settings.get('registry') ? 'running' : 'not-enrolled';
  }

  hasKey(): boolean {
    return this.#ports.stores.settings.get('key') !== null;
  }

  /** Whether this run of the process has found its head on the ledger. */
  hasCompared(): boolean {
    return this.#ports.stores.settings.get('comparedBy') === processRun();
  }

  maySeal(): boolean {
    return this.state() === 'running' && this.hasCompared();
  }

  /** Compares with the head that the own organisation's gateway reports, and acts upon it. Needs a registry copy. */
  async compare(): Promise<void> {
    const { forwarder, clock } = this.#ports;
    const report = await forwarder.headOf(forwarder.own);
    const aheadMs = clock.nowMs() - report.reportedAtMs;
    // The ledger would refuse what is sealed by such a clock, and what is sealed is not sealed again.
    if (aheadMs > maxAheadOfGatewayMs) {
      throw new EdgeError('clock-ahead', 'the clock here is far ahead of the gateway’s: nothing is sealed', {
        aheadMs,
      });
    }
    await this.meet(report);
  }

  /** Takes note of a verified head, from whichever gateway: one that this node did not seal must be looked into. */
  async meet({ head }: HeadReport): Promise<void> {
    const { stores, clock, forwarder, node } = this.#ports;
    if (this.state() === 'diverged') return;
    const own = stores.settings.get('head');
    const comparison = compareHeads(own, (sequence) => this.#digestAt(sequence), head);
    if (comparison !== 'agrees' && !stores.settings.get('keyIsFresh')) return this.#diverge(comparison, head);
    if (comparison !== 'agrees' && head) {
      log('info', 'chain-recovery', { node, from: own?.sequence ?? null, to: head.sequence });
      await new ChainRecovery(stores, forwarder.own, node).run(head);
    }
    stores.transaction(() => {
      if (!this.hasCompared()) stores.settings.set('comparedBy', processRun());
      if (stores.settings.get('runningSinceMs') === null) stores.settings.set('runningSinceMs', clock.nowMs());
    });
  }

  /** The ledger refused a statement because of its place in the chain: nothing is sealed until heads were compared. */
  doubt(): void {
    this.#ports.stores.settings.set('comparedBy', null);
  }

  /**
   * Proves possession of the node's key for its enrolment: a new one where there is none, or where the disk has diverged
   * (what the old key has signed elsewhere cannot be told apart from what it would sign here).
   */
  async enrol(code: string): Promise<Uint8Array> {
    const { stores, channel, config, node } = this.#ports;
    const stored = stores.settings.get('key');
    const renew = stored === null || this.state() === 'diverged';
    const jwk = renew ? (await generateSigningKey()).jwk : stored;
    const key = await importSigningKey(jwk);
    const proof = await signEnrolment(key, channel, { purpose: 'edge-node', subject: node, mspId: config.mspId, code });
    if (!renew) return proof;
    stores.transaction(() => {
      stores.settings.set('key', jwk);
      stores.settings.set('keyIsFresh', true);
      stores.settings.set('diverged', null);
      stores.settings.set('comparedBy', null);
    });
    return proof;
  }

  /** COSE key thumbprint of the node's key, base64url. */
  async kid(): Promise<string | null> {
    const jwk = this.#ports.stores.settings.get('key');
    return jwk && toBase64Url((await importSigningKey(jwk)).kid);
  }

  #digestAt(sequence: number): Uint8Array | null {
    return this.#ports.forwarder.digestAt(sequence);
  }

  #diverge(comparison: Comparison, head: HeadReport['head']): void {
    const { stores, clock, node } = this.#ports;
    const reason = comparison === 'behind' ? 'the ledger is ahead of this disk' : 'the ledger has another statement';
    log('error', 'diverged', {
      node,
      reason,
      own: stores.settings.get('head')?.sequence ?? null,
      ledger: head?.sequence,
    });
    stores.settings.set('diverged', { atMs: clock.nowMs(), reason });
  }
}
