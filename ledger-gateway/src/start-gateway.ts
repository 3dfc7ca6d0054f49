import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import pino, { type Logger } from 'pino';
import { assembleGateway, type Parts } from './assemble-gateway.ts';
import { ensureFirstKey } from './auth/first-key.ts';
import { loadOrganisationKeys } from './auth/organisation-keys.ts';
import { type Clock, systemClock } from './clock.ts';
import { querySocketPaths } from './epcis/http/query-socket.ts';
import { type GatewayOptions, gatewayOptionsSchema } from './gateway-options.ts';
import { createApp } from './http/app.ts';
import { closeServer, listen } from './http/listen.ts';
import { openLedger } from './ledger/ledger.ts';
import { submitLimits } from './ledger/ledger-options.ts';
import { runGateway } from './run-gateway.ts';
import { openStore } from './store/open-store.ts';

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
  const { dataFolder: folder, databaseUrl, databaseTemplates } = parsed;
  const store = await openStore({ folder, databaseUrl, databaseTemplates, nowMs: clock.now() });
  try {
    const keys = await loadOrganisationKeys(parsed.dataFolder);
    await ensureFirstKey(store, parsed.dataFolder, { nowMs: clock.now(), randomBytes }, parsed.peerKeyFile);
    const ledger = await openLedger(
      { ...parsed.ledger, mspId: parsed.mspId },
      { clock, random: Math.random, limits: submitLimits },
    );
    try {
      return await serve({ parsed, clock, log, store, keys, ledger });
    } catch (error) {
      ledger.close();
      throw error;
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function serve(parts: Parts): Promise<Gateway> {
  const { parsed, log, store, ledger } = parts;
  const stopping = new AbortController();
  const assembled = await assembleGateway(parts);
  const { context, readiness, address } = assembled;
  const app = createApp(context, assembled.streams, stopping.signal);
  const server = await listen(app, parsed.host, parsed.port, querySocketPaths);
  const { port } = server.address() as AddressInfo;
  address.url = parsed.publicUrl ?? `http://${parsed.host.includes(':') ? `[${parsed.host}]` : parsed.host}:${port}`;
  const { height } = context.projection.checkpoint;
  log.info({ url: address.url, database: store.database.kind, height }, 'listening');
  const work = runGateway(parts, assembled, stopping.signal);
  let stopped: Promise<void> | undefined;
  return {
    url: address.url,
    whenReady: () => readiness.whenReady(),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop(): Promise<void> {
    stopping.abort();
    readiness.giveUp();
    context.live.tell();
    await Promise.all([context.epcis.sockets.stop(), closeServer(server)]);
    ledger.close();
    await Promise.allSettled(work);
    await context.imports.settled();
    await store.close();
    context.metrics.registry.clear();
    log.info('stopped');
  }
}
