import type { NodeState } from '../node/chain-guard.ts';
import type { Node } from '../node/node.ts';
import type { Counts } from '../store/count-store.ts';

export interface NodeStatus {
  readonly node: string;
  readonly state: NodeState;
  readonly kid: string | null;
  /** Last sealed statement. */
  readonly head: { readonly sequence: number; readonly digest: string } | null;
  /** Last sequence that the ledger has, by the gateway that took it; last one that two organisations have covered. */
  readonly anchored: number | null;
  readonly covered: number | null;
  readonly openReadings: number;
  readonly outboxBatches: number;
  /** Age of the oldest accepted reading that is not on the ledger. */
  readonly oldestUnanchoredMs: number | null;
  readonly counts: Counts;
  readonly upload: UploadStatus;
  readonly devicesConnected: number;
  readonly registry: { readonly version: number; readonly revision: number; readonly expiresMs: number } | null;
  readonly diskBytes: number;
  readonly alerts: number;
}

/** How the statements get to the ledger. */
export interface UploadStatus {
  /** Whose gateway took the last ones, and how often in a row the own organisation's has failed. */
  readonly lastBy: string | null;
  readonly ownFailures: number;
  /** When the next attempt is due, where the last one failed. */
  readonly retryMs: number | null;
  /** An answer that the same statements will get again: somebody has to mend something. */
  readonly refused: {
    readonly by: string;
    readonly status: number;
    readonly problem: string | null;
    readonly sinceMs: number;
  } | null;
}

/** What people and machines want to know of a node at a glance. */
export async function statusOf(node: Node): Promise<NodeStatus> {
  const { id, stores, clock } = node.parts;
  const head = node.sealer.head() && stores.settings.get('head');
  const open = node.open();
  const outbox = stores.batches.outboxDepth();
  const oldest = [open.oldestMs, outbox.oldestMs].filter((ms) => ms !== null);
  const forward = stores.timers.get('forward');
  const { lastBy, ownFailures } = node.forwarder.route();
  const copy = node.keeper.newest()?.copy ?? null;
  const devices = node.broker.open().filter(({ session }) => session.principal.kind === 'device');
  return {
    node: id,
    state: node.guard.state(),
    kid: await node.guard.kid(),
    head: head && { sequence: head.sequence, digest: head.digest },
    anchored: stores.batches.lastAnchored(),
    covered: stores.settings.get('covered'),
    openReadings: open.count,
    outboxBatches: outbox.batches,
    oldestUnanchoredMs: oldest.length === 0 ? null : clock.nowMs() - Math.min(...oldest),
    counts: stores.counts.all(),
    upload: {
      lastBy,
      ownFailures,
      retryMs: forward && forward.attempts > 0 ? forward.dueMs : null,
      refused: stores.settings.get('refusal'),
    },
    devicesConnected: devices.length,
    registry: copy && { version: copy.version, revision: copy.revision, expiresMs: copy.expiresMs },
    diskBytes: stores.diskBytes(),
    alerts: stores.rules.alertCount(),
  };
}
