import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { tokenVerifier } from './auth/oidc.ts';
import type { OrganisationKeys } from './auth/organisation-keys.ts';
import type { Clock } from './clock.ts';
import { CaptureWorker } from './epcis/capture/capture-worker.ts';
import { QuerySockets } from './epcis/socket/query-sockets.ts';
import { SubscriptionWorker } from './epcis/subscription/subscription-worker.ts';
import type { ParsedGatewayOptions } from './gateway-options.ts';
import type { AppContext } from './http/app-context.ts';
import { Live } from './http/live.ts';
import { createMetrics } from './http/metrics.ts';
import { NodeChains } from './intake/node-chain.ts';
import { RegistryCopies } from './intake/registry-copy.ts';
import { applicationSigner } from './ledger/bootstrap.ts';
import { countSubmissions } from './ledger/count-submissions.ts';
import type { Ledger } from './ledger/ledger.ts';
import { LedgerWatch } from './ledger/ledger-watch.ts';
import { MasterDataImports } from './master-data/imports.ts';
import { openSecretBox } from './notify/secret-box.ts';
import { type RunningNotify, startNotify } from './notify/start-notify.ts';
import { Projection } from './projection/projection.ts';
import { Readiness } from './readiness.ts';
import { RecallKeeper, recallKinds } from './recall/keeper.ts';
import type { Store } from './store/store.ts';

/** What a gateway is made of, opened. */
export interface Parts {
  readonly parsed: ParsedGatewayOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly keys: OrganisationKeys;
  readonly ledger: Ledger;
}

/** A gateway put together, before it listens and before anything works in the background. */
export interface AssembledGateway {
  readonly context: AppContext;
  readonly readiness: Readiness;
  readonly watch: LedgerWatch;
  readonly notify: RunningNotify;
  /** Looks again whether the projection is current. */
  readonly judge: () => void;
  /** Where others reach it; known once it listens. */
  readonly address: { url: string };
  readonly streams: { open: number };
}

/** Puts the services of a gateway together. What a block sets off is hung up here, so that no block comes before it. */
export async function assembleGateway(parts: Parts): Promise<AssembledGateway> {
  const { parsed, clock, log, store, keys } = parts;
  const { mspId } = parsed;
  const projection = await Projection.open(store);
  const watch = new LedgerWatch(parts.ledger, clock, () => projection.checkpoint.height);
  const readiness = new Readiness();
  const live = new Live();
  const streams = { open: 0 };
  const sockets = new QuerySockets();
  const news = new Live();
  const address = { url: '' };
  const metrics = createMetrics(mspId, {
    height: () => projection.checkpoint.height,
    ledgerHeight: () => watch.view().height,
    lagMs: () => {
      const since = watch.view().behindSinceMs;
      return since === null ? 0 : clock.now() - since;
    },
    streams: () => streams.open,
    sockets: () => sockets.count,
  });
  const notify = await startNotify({
    store,
    clock,
    log,
    metrics: metrics.registry,
    dataFolder: parsed.dataFolder,
    options: parsed.notify,
  });
  const { notifier } = notify;
  const box = await openSecretBox(parsed.dataFolder);
  const ledger = countSubmissions(parts.ledger, metrics.transactions);
  const shared = { channel: parsed.ledger.channel, ledger, projection, store, clock };
  const keeper = new RecallKeeper({
    ...shared,
    mspId,
    notifier,
    box,
    peers: parsed.peers,
    caughtUp: () => readiness.caughtUp,
    publicUrl: () => address.url,
    lotsPerTransaction: parsed.recallLotsPerTransaction,
    onError: (error, about) => log.warn({ err: error, about }, 'a recall could not be attended to yet'),
  });
  const captures = new CaptureWorker();
  const subscriptions = new SubscriptionWorker();
  const copies = new RegistryCopies(store, clock, {
    channel: parsed.ledger.channel,
    mspId,
    key: keys.registry,
    validityMs: parsed.registryValidityMs,
    onLeftOut: (node, leftOut) => {
      for (const [kind, count] of Object.entries(leftOut)) metrics.leftOut.set({ node, kind }, count);
      if (Object.values(leftOut).some((count) => count > 0)) {
        log.warn({ node, leftOut }, 'a copy of the registry is cut short: there is more than it may hold');
      }
    },
  });
  const context: AppContext = {
    mspId,
    organisationName: parsed.organisation.name,
    ...shared,
    keys,
    intake: { ...shared, chains: new NodeChains() },
    epcis: { captures, subscriptions, sockets, news, box },
    capture: { ...shared, signer: applicationSigner(mspId), signerKey: keys.signer },
    notifier,
    recalls: { keeper, box, lotsPerTransaction: parsed.recallLotsPerTransaction },
    imports: new MasterDataImports({ ...shared, newId: () => randomUUID() }),
    copies,
    edges: parsed.edges,
    verifyToken: parsed.oidc ? tokenVerifier(parsed.oidc) : null,
    ledgerView: () => watch.view(),
    caughtUp: () => readiness.caughtUp,
    bootstrapped: () => readiness.bootstrapped,
    publicUrl: () => address.url,
    consoleFolder: parsed.consoleFolder ?? null,
    trustProxy: parsed.trustProxy,
    live,
    metrics,
    randomBytes,
    log,
  };
  const judge = judgement(watch, readiness, log);
  projection.onBlock((changes) => {
    metrics.readings.inc(changes.statements.reduce((sum, { size }) => sum + (size ?? 0), 0));
    live.tell();
    judge();
    if (changes.events.length > 0 || changes.state.some(({ kind }) => recallKinds.has(kind))) keeper.wake();
    if (changes.indexed.length === 0) return;
    subscriptions.wake();
    news.tell();
  });
  return { context, readiness, watch, notify, judge, address, streams };
}

/** Whether the projection is current, and whether the ledger is the one that it was made of: that is said once. */
function judgement(watch: LedgerWatch, readiness: Readiness, log: Logger): () => void {
  let warned = false;
  return () => {
    const { connected, behindSinceMs, isAnother } = watch.view();
    if (isAnother && !warned) log.error('the ledger has fewer blocks than were applied here: is it another one?');
    warned = isAnother;
    if (connected && behindSinceMs === null) readiness.isCurrent();
  };
}
