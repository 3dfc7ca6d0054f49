import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import pino, { type Logger } from 'pino';
import { ensureFirstKey } from './auth/first-key.ts';
import { tokenVerifier } from './auth/oidc.ts';
import { loadOrganisationKeys, type OrganisationKeys } from './auth/organisation-keys.ts';
import { newSecret } from './auth/secret.ts';
import { type Clock, systemClock } from './clock.ts';
import { CaptureWorker } from './epcis/capture/capture-worker.ts';
import { keepStatistics } from './epcis/query/keep-statistics.ts';
import { SubscriptionWorker } from './epcis/subscription/subscription-worker.ts';
import { GatewayError } from './gateway-error.ts';
import { type GatewayOptions, gatewayOptionsSchema, type ParsedGatewayOptions } from './gateway-options.ts';
import { createApp } from './http/app.ts';
import type { AppContext } from './http/app-context.ts';
import { httpLimits } from './http/limits.ts';
import { Live } from './http/live.ts';
import { createMetrics } from './http/metrics.ts';
import { cleanUpRegularly } from './intake/clean-up.ts';
import { fetchSummaries } from './intake/fetch-summaries.ts';
import { NodeChains } from './intake/node-chain.ts';
import { RegistryCopies } from './intake/registry-copy.ts';
import { applicationSigner, bootstrapOrganisation, ensurePolicy } from './ledger/bootstrap.ts';
import { followBlocks } from './ledger/follow-blocks.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import { submitLimits } from './ledger/ledger-options.ts';
import { LedgerWatch } from './ledger/ledger-watch.ts';
import { MasterDataImports } from './master-data/imports.ts';
import { openSecretBox } from './notify/secret-box.ts';
import { startNotify } from './notify/start-notify.ts';
import { Projection } from './projection/projection.ts';
import { RecallKeeper, recallKinds } from './recall/keeper.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

export interface Gateway {
  readonly url: string;
  /** Resolves once the organisation is on the ledger and the projection is current; rejects when it is stopped before. */
  whenReady(): Promise<void>;
  /** Stops taking requests, lets those under way end, and closes the database in order. */
  stop(): Promise<void>;
}

export interface GatewayDependencies {
  readonly clock?: Clock;
  readonly log?: Logger;
}

const bootstrapRetryMs = 2_000;
const stopTimeoutMs = 10_000;

/**
 * Starts a gateway. It answers once this returns; the ledger may come later, and `/readyz` says when it is of use.
 *
 * @throws ZodError for wrong options; StoreError `folder-in-use`; a system error where the address is taken
 */
export async function startGateway(options: GatewayOptions, dependencies: GatewayDependencies = {}): Promise<Gateway> {
  const parsed = gatewayOptionsSchema.parse(options);
  const clock = dependencies.clock ?? systemClock;
  const log = (dependencies.log ?? pino({ level: parsed.logLevel })).child({ organisation: parsed.mspId });
  await mkdir(parsed.dataFolder, { recursive: true, mode: 0o700 });
  const store = await openStore({ folder: parsed.dataFolder, databaseUrl: parsed.databaseUrl, nowMs: clock.now() });
  try {
    const keys = await loadOrganisationKeys(parsed.dataFolder);
    await ensureFirstKey(store, parsed.dataFolder, { nowMs: clock.now(), randomBytes }, parsed.peerKeyFile);
    const ledger = await openLedger(
      { ...parsed.ledger, mspId: parsed.mspId },
      { clock, random: Math.random, limits: submitLimits },
    );
    try {
      return await run({ parsed, clock, log, store, keys, ledger });
    } catch (error) {
      ledger.close();
      throw error;
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Parts {
  readonly parsed: ParsedGatewayOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly keys: OrganisationKeys;
  readonly ledger: Ledger;
}

async function run(parts: Parts): Promise<Gateway> {
  const { parsed, clock, log, store, keys, ledger } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const projection = await Projection.open(store);
  const watch = new LedgerWatch(ledger, clock, () => projection.checkpoint.height);
  const live = new Live();
  const streams = { open: 0 };
  const state = { bootstrapped: false, caughtUp: false, url: '' };
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  const metrics = createMetrics(parsed.mspId, {
    height: () => projection.checkpoint.height,
    ledgerHeight: () => watch.view().height,
    lagMs: () => {
      const since = watch.view().behindSinceMs;
      return since === null ? 0 : clock.now() - since;
    },
    streams: () => streams.open,
  });
  let warned = false;
  const judge = () => {
    const { connected, behindSinceMs, isAnother } = watch.view();
    if (isAnother && !warned) log.error('the ledger has fewer blocks than were applied here: is it another one?');
    warned = isAnother;
    if (connected && behindSinceMs === null) state.caughtUp = true;
    if (state.caughtUp && state.bootstrapped) ready.resolve();
  };
  projection.onBlock((changes) => {
    metrics.readings.inc(changes.statements.reduce((sum, { size }) => sum + (size ?? 0), 0));
    live.tell();
    judge();
  });
  const notify = await startNotify({
    store,
    clock,
    log,
    metrics: metrics.registry,
    dataFolder: parsed.dataFolder,
    options: parsed.notify,
  });
  const shared = { channel: parsed.ledger.channel, ledger: counted(ledger, metrics), projection, store, clock };
  const box = await openSecretBox(parsed.dataFolder);
  const keeper = new RecallKeeper({
    ...shared,
    mspId: parsed.mspId,
    notifier: notify.notifier,
    box,
    peers: parsed.peers,
    caughtUp: () => state.caughtUp,
    publicUrl: () => state.url,
    onError: (error, about) => log.warn({ err: error, about }, 'a recall could not be attended to yet'),
  });
  projection.onBlock((changes) => {
    if (changes.events.length > 0 || changes.state.some(({ kind }) => recallKinds.has(kind))) keeper.wake();
  });
  const context: AppContext = {
    mspId: parsed.mspId,
    organisationName: parsed.organisation.name,
    ...shared,
    keys,
    intake: { ...shared, chains: new NodeChains() },
    epcis: { captures: new CaptureWorker(), subscriptions: new SubscriptionWorker(), box },
    capture: { ...shared, signer: applicationSigner(parsed.mspId), signerKey: keys.signer },
    notifier: notify.notifier,
    recalls: { keeper, box },
    imports: new MasterDataImports({ ...shared, newId: () => randomUUID() }),
    copies: new RegistryCopies(store, clock, {
      channel: parsed.ledger.channel,
      mspId: parsed.mspId,
      key: keys.registry,
      validityMs: parsed.registryValidityMs,
      onLeftOut: (node, leftOut) => {
        for (const [kind, count] of Object.entries(leftOut)) metrics.leftOut.set({ node, kind }, count);
        if (Object.values(leftOut).some((count) => count > 0)) {
          log.warn({ node, leftOut }, 'a copy of the registry is cut short: there is more than it may hold');
        }
      },
    }),
    edges: parsed.edges,
    verifyToken: parsed.oidc ? tokenVerifier(parsed.oidc) : null,
    ledgerView: () => watch.view(),
    caughtUp: () => state.caughtUp,
    bootstrapped: () => state.bootstrapped,
    publicUrl: () => state.url,
    consoleFolder: parsed.consoleFolder ?? null,
    trustProxy: parsed.trustProxy,
    live,
    metrics,
    randomBytes,
    log,
  };
  const server = await listen(createApp(context, streams, signal), parsed.host, parsed.port);
  const { port } = server.address() as AddressInfo;
  state.url = parsed.publicUrl ?? `http://${parsed.host.includes(':') ? `[${parsed.host}]` : parsed.host}:${port}`;
  log.info({ url: state.url, database: store.database.kind, height: projection.checkpoint.height }, 'listening');

  const work = [
    followBlocks(
      ledger,
      { next: () => projection.checkpoint.height, apply: (block) => projection.apply(block) },
      {
        onBlock: (number) => watch.sawBlock(number),
        onInterrupted: (error) =>
          log.warn({ err: error, height: projection.checkpoint.height }, 'the stream of blocks was interrupted'),
      },
      clock,
      signal,
    ),
    watch.run(parsed.heightProbeMs, signal, judge),
    bootstrap(parts, signal, () => {
      state.bootstrapped = true;
      judge();
    }),
    fetchSummaries(store, parsed.peers, clock, signal, (peer, error) =>
      log.debug({ err: error, peer }, 'a summary could not be fetched'),
    ),
  ];
  work.push(notify.run(signal));
  work.push(keeper.run(signal));
  work.push(
    cleanUpRegularly(store, clock, signal, (error) => log.error({ err: error }, 'old rows could not be removed')),
  );
  projection.onBlock(({ indexed }) => {
    if (indexed.length > 0) context.epcis.subscriptions.wake();
  });
  work.push(
    context.epcis.subscriptions.run(
      { store, clock, notifier: notify.notifier, secretBox: box, publicUrl: () => state.url },
      log,
      signal,
    ),
  );
  work.push(
    keepStatistics(store, clock, signal, (error) => log.warn({ err: error }, 'the statistics could not be renewed')),
  );
  // Not before the organisation's signer is registered and the projection is current: a refusal would be for good.
  work.push(
    ready.promise.then(
      () => context.epcis.captures.run(context.capture, log, signal),
      () => undefined,
    ),
  );
  let stopped: Promise<void> | undefined;
  return {
    url: state.url,
    whenReady: () => ready.promise,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop(): Promise<void> {
    stopping.abort();
    ready.reject(new Error('the gateway was stopped'));
    live.tell();
    await closeServer(server);
    ledger.close();
    await Promise.allSettled(work);
    await context.imports.settled();
    await store.close();
    metrics.registry.clear();
    log.info('stopped');
  }
}

/** The ledger with its submissions counted by outcome. */
function counted(ledger: Ledger, { transactions }: AppContext['metrics']): Ledger {
  return {
    ...ledger,
    async submit(name, input) {
      try {
        const committed = await ledger.submit(name, input);
        transactions.inc({ name, outcome: 'valid' });
        return committed;
      } catch (error) {
        transactions.inc({ name, outcome: error instanceof GatewayError ? error.code : 'internal' });
        throw error;
      }
    },
  };
}

/** Registers the organisation; where the ledger is away, again until it is there. */
async function bootstrap(
  { parsed, clock, log, keys, ledger }: Parts,
  signal: AbortSignal,
  done: () => void,
): Promise<void> {
  const organisation = { mspId: parsed.mspId, ...parsed.organisation };
  while (!signal.aborted) {
    try {
      await bootstrapOrganisation(ledger, parsed.ledger.channel, organisation, keys, () =>
        newSecret('hc_', randomBytes),
      );
      await ensurePolicy(ledger, parsed.mspId, parsed.policy);
      done();
      return;
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error }, 'the organisation could not be registered yet');
      await clock.sleep(bootstrapRetryMs, signal);
    }
  }
}

type Server = ReturnType<typeof serve>;

function listen(app: ReturnType<typeof createApp>, hostname: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, () => {
      server.off('error', reject);
      resolve(server);
    });
    server.once('error', reject);
    if ('requestTimeout' in server) server.requestTimeout = httpLimits.requestTimeoutMs;
  });
}

/** Lets requests under way end; after a while the rest is cut off. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), stopTimeoutMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}
