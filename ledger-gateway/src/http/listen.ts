import type { IncomingMessage } from 'node:http';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AppEnv } from './app-context.ts';
import { httpLimits } from './limits.ts';
import { mayUpgrade, takeUpgrades } from './upgrade.ts';

export type Server = ReturnType<typeof serve>;

const stopTimeoutMs = 10_000;

/**
 * Listens on an address. Rejects with a system error where it is taken or not this machine's.
 * @param socketPaths addresses whose routes take WebSockets
 */
export function listen(
  app: Pick<Hono<AppEnv>, 'fetch'>,
  hostname: string,
  port: number,
  socketPaths: RegExp | null = null,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const serverOptions = {
      maxHeaderSize: httpLimits.maxHeaderBytes,
      shouldUpgradeCallback: (request: IncomingMessage) => socketPaths !== null && mayUpgrade(request, socketPaths),
    };
    const server = serve({ fetch: app.fetch, hostname, port, serverOptions }, () => {
      server.off('error', reject);
      resolve(server);
    });
    server.once('error', reject);
    takeUpgrades(server, app.fetch);
    if ('requestTimeout' in server) server.requestTimeout = httpLimits.requestTimeoutMs;
  });
}

/** Lets requests under way end; after a while the rest is cut off. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), stopTimeoutMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}
