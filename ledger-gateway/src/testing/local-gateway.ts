import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayOptions } from '../gateway-options.ts';
import { type GatewayDependencies, startGateway } from '../start-gateway.ts';
import { identityOptions } from './scripted-peer.ts';
import { templatesFolder } from './templates-folder.ts';

/** A gateway whose ledger is away, in a folder of its own: all that needs no ledger works. */
export interface LocalGateway {
  readonly url: string;
  readonly folder: string;
  readonly adminKey: string;
  /** One request, with a bearer token where one is given. */
  call(path: string, init?: RequestInit & { token?: string | undefined }): Promise<Response>;
  stop(): Promise<void>;
}

export async function startLocalGateway(
  more: Partial<GatewayOptions> = {},
  dependencies: GatewayDependencies = {},
): Promise<LocalGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'hopline-local-'));
  // Port 1 is reserved (TCP port service multiplexer), and nothing of ours listens there.
  const ledger = await identityOptions(folder, '127.0.0.1:1');
  const dataFolder = more.dataFolder ?? join(folder, 'data');
  const gateway = await startGateway(
    {
      mspId: 'FreshHubMSP',
      organisation: { name: 'FreshHub' },
      ledger,
      dataFolder,
      databaseTemplates: templatesFolder,
      logLevel: 'silent',
      ...more,
    },
    dependencies,
  );
  const adminKey = (await readFile(join(dataFolder, 'admin.key'), 'utf8')).trim();
  return {
    url: gateway.url,
    folder,
    adminKey,
    call: (path, { token, ...init } = {}) =>
      fetch(gateway.url + path, {
        ...init,
        headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers },
      }),
    async stop() {
      await gateway.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A JSON request's method, headers and body. */
export function json(method: string, body: unknown): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
