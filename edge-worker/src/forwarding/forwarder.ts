import { fromBase64Url, type HeadReport, openHeadReport, parseSign1 } from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import { maxStatementsPerUpload, ownGateway } from '@hopline/protocol/edge';
import type { Clock } from '../clock.ts';
import { EdgeError, isRefusal } from '../error.ts';
import { errorFields, log } from '../log.ts';
import type { Registry } from '../registry/registry.ts';
import type { Batch } from '../store/batch-store.ts';
import type { Stores } from '../store/stores.ts';
import { coveredSequence } from './covered-sequence.ts';
import { GatewayClient } from './gateway-client.ts';
import { afterFailure, afterSuccess, chooseGateway, firstRoute, type UploadRoute } from './upload-route.ts';

/** Keeps one upload small beside the object's 128 MB. */
const maxUploadBytes = 8 * 1024 * 1024;
const maxAlertsPerRun = 100;

export interface ForwarderPorts {
  readonly node: string;
  readonly channel: string;
  readonly config: NodeConfig;
  readonly clock: Clock;
  readonly stores: Stores;
  registry(): Registry | null;
}

/** What a run of the upload found out. */
export type UploadOutcome =
  | { readonly kind: 'empty' }
  | { readonly kind: 'sent'; readonly batches: number }
  /** The ledger and this node do not agree about the chain; heads have to be compared. */
  | { readonly kind: 'chain-refused'; readonly problem: string };

/**
 * Brings sealed batches to the own organisation's gateway, or to another's while that one fails, and lets them go when the
 * ledger has them for certain.
 */
export class Forwarder {
  readonly #ports: ForwarderPorts;
  /** Those that report heads: the node has a token there. */
  readonly gateways: readonly GatewayClient[];
  readonly own: GatewayClient;
  /** Where statements go while the own gateway fails. */
  readonly #others: readonly GatewayClient[];

  constructor(ports: ForwarderPorts) {
    const { config, node } = ports;
    this.#ports = ports;
    const own = ownGateway(config);
    if (!own) throw new EdgeError('config-malformed', 'the node has no gateway');
    this.own = new GatewayClient(own, node);
    this.#others = config.gateways
      .filter((gateway) => gateway !== own)
      .map((gateway) => new GatewayClient(gateway, node));
    this.gateways = [this.own, ...this.#others].filter((gateway) => gateway.answers);
  }

  /** Where uploads go, and how the own gateway has done. */
  route(): UploadRoute {
    return this.#ports.stores.settings.get('route') ?? firstRoute;
  }

  /**
   * Sends the oldest batches that are not anchored. A crash before the answer sends the same bytes again, which gives the
   * same transaction; one after it has the answer on disk, or asks again. Throws where no gateway took them, and the next
   * call goes where the route then says.
   */
  async upload(): Promise<UploadOutcome> {
    const { stores, clock, config } = this.#ports;
    const batches = firstOf(stores.batches.outbox(maxStatementsPerUpload));
    if (batches.length === 0) return { kind: 'empty' };
    const triedMs = clock.nowMs();
    const tried = chooseGateway(this.route(), this.#others.length, triedMs, config);
    const gateway = tried === 'own' ? this.own : (this.#others[tried] as GatewayClient);
    try {
      const { results } = await gateway.upload(batches);
      stores.transaction(() => {
        stores.settings.set('route', afterSuccess(this.route(), tried, gateway.mspId, triedMs));
        if (stores.settings.get('refusal')) stores.settings.set('refusal', null);
        let anchored = 0;
        let marked = 0;
        for (const { sequence, digest, transactionId, block } of results) {
          if (!stores.batches.markAnchored(sequence, digest, transactionId, block)) continue;
          marked++;
          anchored += batches.find((batch) => batch.sequence === sequence)?.size ?? 0;
        }
        // Else the same batches would go out again and again, without a pause.
        if (marked === 0) throw new EdgeError('gateway-answer-malformed', 'the answer names none of the batches sent');
        stores.counts.add({ anchored });
        // A key whose statement is on the ledger is nobody's second chance any more.
        if (stores.settings.get('keyIsFresh')) stores.settings.set('keyIsFresh', false);
      });
      return { kind: 'sent', batches: results.length };
    } catch (error) {
      stores.settings.set('route', afterFailure(this.route(), tried, triedMs));
      if (isRefusal(error)) this.#noteRefusal(gateway.mspId, error);
      // What a gateway of others says of the chain proves nothing: it may lag behind the ledger, or lie.
      const refused = tried === 'own' ? chainRefusal(error) : null;
      if (!refused) throw error;
      this.#sendAgainFrom(refused.expected, batches[0]);
      return { kind: 'chain-refused', problem: refused.problem };
    }
  }

  #noteRefusal(by: string, { details }: EdgeError): void {
    const { stores, clock } = this.#ports;
    const { status, problem } = details;
    const refusal = { by, status: Number(status), problem: typeof problem === 'string' ? problem : null };
    const known = stores.settings.get('refusal');
    const isSame = known?.by === by && known.status === refusal.status && known.problem === refusal.problem;
    stores.settings.set('refusal', { ...refusal, sinceMs: isSame ? known.sinceMs : clock.nowMs() });
  }

  /** Asks one gateway for its report and verifies it by the registry's key. Throws as `openHeadReport`. */
  async headOf(gateway: GatewayClient): Promise<HeadReport> {
    const { channel, node, stores } = this.#ports;
    const known = this.#ports.registry()?.gatewayKey(gateway.mspId);
    if (!known) throw new EdgeError('registry-absent', 'no key is known of this gateway', { mspId: gateway.mspId });
    const bytes = await gateway.head();
    const { key, kid } = await known;
    const report = await openHeadReport(bytes, channel, key, kid);
    // Asked of the copy that is the newest now: the revocation may have come while the gateway was answering.
    if (this.#ports.registry()?.revocation(kid)) {
      throw new EdgeError('gateway-key-revoked', 'the key of this gateway is revoked', { mspId: gateway.mspId });
    }
    if (report.node !== node) throw new EdgeError('gateway-answer-malformed', 'the report is of another node');
    stores.batches.putHead(
      {
        mspId: gateway.mspId,
        sequence: report.head?.sequence ?? null,
        digest: report.head?.digest ?? null,
        height: report.height,
      },
      bytes,
    );
    return report;
  }

  /**
   * Marks what two organisations have covered. Returns the sequence up to which they have, or `null`. Only for a node whose
   * head was found on the ledger: a disk that went another way has nothing that the ledger's heads could cover.
   */
  markCovered(): number | null {
    const { stores, clock } = this.#ports;
    const covered = coveredSequence(stores.batches.heads(), {
      head: stores.settings.get('head')?.sequence ?? null,
      oldest: stores.batches.oldest(),
      digestAt: (sequence) => this.digestAt(sequence),
    });
    if (covered === null) return null;
    stores.transaction(() => {
      stores.batches.markCovered(covered, clock.nowMs());
      if (covered > (stores.settings.get('covered') ?? -1)) stores.settings.set('covered', covered);
    });
    return covered;
  }

  /**
   * Forgets the reports of gateways whose keys the newest registry copy revokes, and with them every mark of coverage: which
   * of them stood on such a report is not known. Returns whether there were any; the others' next reports mark anew.
   */
  dropRevokedHeads(): boolean {
    const { stores } = this.#ports;
    const registry = this.#ports.registry();
    const revoked = stores.batches.reports().filter(({ report }) => {
      return registry?.revocation(parseSign1(report, 'deterministic').header.kid);
    });
    if (revoked.length === 0) return false;
    stores.transaction(() => {
      for (const { mspId } of revoked) stores.batches.removeHead(mspId);
      stores.batches.unmarkCovered();
      stores.settings.set('covered', null);
    });
    log('warn', 'gateway-key-revoked', { organisations: revoked.map(({ mspId }) => mspId) });
    return true;
  }

  /** This node's own digest of a statement, or `null` where it is not known here. */
  digestAt(sequence: number): Uint8Array | null {
    const { batches, settings } = this.#ports.stores;
    const stored = batches.get(sequence)?.digest;
    if (stored) return stored;
    // A head that was taken up from the ledger has no batch here.
    const head = settings.get('head');
    return head?.sequence === sequence ? fromBase64Url(head.digest) : null;
  }

  /** Delivers alerts to the own gateway, oldest first, each at least once. Returns how many are left. */
  async deliverAlerts(): Promise<number> {
    const { stores } = this.#ports;
    for (const alert of stores.rules.undelivered(maxAlertsPerRun)) {
      try {
        await this.own.alert(alert);
      } catch (error) {
        // An alert that the gateway will never take must not hold up those behind it.
        if (!(error instanceof EdgeError) || error.details.status !== 400) throw error;
        stores.counts.add({ dropped: 1 });
        log('warn', 'alert-refused', { node: this.#ports.node, alert: alert.id, ...errorFields(error) });
      }
      stores.rules.markDelivered(alert.id);
    }
    return stores.rules.undelivered(1).length;
  }

  /** Says to the gateway which batches a lost ledger head makes necessary again, as far as they are still here. */
  #sendAgainFrom(expected: number | null, first: Batch | undefined): void {
    const { stores } = this.#ports;
    if (expected === null || !first || expected >= first.sequence) return;
    if (stores.batches.get(expected)) stores.batches.markUnanchored(expected);
  }
}

/**
 * As many as one upload may carry; always one. The statements of an upload are consecutive, and those of an outbox need not
 * be: a disk that was restored may hold old ones whose answer it lost, and new ones upon the ledger's head.
 */
function firstOf(batches: readonly Batch[]): readonly Batch[] {
  let bytes = 0;
  const end = batches.findIndex((batch, index) => {
    bytes += batch.statement.length + batch.summary.length;
    const follows = batch.sequence === (batches[0]?.sequence ?? 0) + index;
    return index > 0 && (bytes > maxUploadBytes || !follows);
  });
  return end < 0 ? batches : batches.slice(0, end);
}

function chainRefusal(error: unknown): { problem: string; expected: number | null } | null {
  if (!(error instanceof EdgeError) || error.code !== 'gateway-refused') return null;
  const { problem, expected } = error.details;
  if (problem !== 'statement-gap' && problem !== 'statement-fork') return null;
  return { problem, expected: typeof expected === 'number' ? expected : null };
}
