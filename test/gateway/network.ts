import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemSchema } from '@hopline/protocol';
import { freePort } from '@hopline/protocol/node';
import { type DevLedger, startDevLedger } from '../../infra/dev-ledger/dev-ledger.ts';
import type { GatewayOptions } from '../../ledger-gateway/src/gateway-options.ts';
import { type Gateway, type GatewayDependencies, startGateway } from '../../ledger-gateway/src/start-gateway.ts';
import { templatesFolder } from '../../ledger-gateway/src/testing/templates-folder.ts';

export const mspIds = { growers: 'GrowersMSP', freshHub: 'FreshHubMSP', retail: 'RetailMSP' } as const;
export type OrganisationName = keyof typeof mspIds;

const chaincodeId = 'hopline_1.0:0';
const repository = join(import.meta.dirname, '..', '..');

/** A dev ledger with the real chaincode in a process of its own. Gateways are started on it one by one. */
export interface Network {
  readonly folder: string;
  readonly ledger: DevLedger;
  /** Options of an organisation's gateway on this ledger, with a data folder of its own. */
  options(organisation: OrganisationName, more?: Partial<GatewayOptions>): GatewayOptions;
  /** Starts an organisation's gateway and waits until it is of use. */
  start(
    organisation: OrganisationName,
    more?: Partial<GatewayOptions>,
    dependencies?: GatewayDependencies,
  ): Promise<RunningGateway>;
  /** Takes the ledger away. It comes back with the next `startNetwork` only. */
  stopLedger(): Promise<void>;
  stop(): Promise<void>;
}

export interface RunningGateway extends Gateway {
  readonly adminKey: string;
  readonly api: Api;
}

export async function startNetwork(): Promise<Network> {
  const folder = await mkdtemp(join(tmpdir(), 'hopline-gateway-'));
  const chaincode = await startChaincode();
  const ledger = await startDevLedger({
    dataDir: join(folder, 'ledger'),
    config: {
      organisations: Object.entries(mspIds).map(([name, mspId]) => ({
        mspId,
        name: name.toLowerCase(),
        chaincodeAddress: chaincode.address,
      })),
    },
  });
  const running: Gateway[] = [];
  let stopping: Promise<void> | undefined;
  const stopLedger = () => {
    stopping ??= ledger.stop();
    return stopping;
  };
  const options: Network['options'] = (organisation, more = {}) => {
    const mspId = mspIds[organisation];
    const profile = ledger.profile.organisations.find((known) => known.mspId === mspId);
    if (!profile) throw new Error(`the ledger has no ${mspId}`);
    return {
      mspId,
      organisation: { name: organisation },
      ledger: {
        channel: ledger.profile.channel,
        chaincode: ledger.profile.chaincode,
        peer: profile.peer,
        identity: profile.identity,
      },
      dataFolder: join(folder, organisation),
      databaseTemplates: templatesFolder,
      logLevel: 'silent',
      heightProbeMs: 200,
      ...more,
    };
  };
  return {
    folder,
    ledger,
    options,
    async start(organisation, more, dependencies) {
      const all = options(organisation, more);
      const gateway = await startGateway(all, dependencies);
      running.push(gateway);
      await gateway.whenReady();
      const adminKey = (await readFile(join(all.dataFolder, 'admin.key'), 'utf8')).trim();
      return { ...gateway, adminKey, api: apiOf(gateway.url, adminKey) };
    },
    stopLedger,
    async stop() {
      await Promise.all(running.map((gateway) => gateway.stop()));
      await stopLedger();
      await stopProcess(chaincode.child);
      await rm(folder, { recursive: true });
    },
  };
}

/** JSON over HTTP with a bearer token; an answer that is not 2xx is thrown as ApiProblem. */
export interface Api {
  get(path: string): Promise<Answer>;
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** An answer whose form the test itself looks at. */
export type Answer = Record<string, unknown>;

export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly members: Record<string, unknown>;

  constructor(status: number, problem: { code: string; title: string; [member: string]: unknown }) {
    super(`${status} ${problem.code}: ${problem.title}`);
    this.status = status;
    this.code = problem.code;
    this.members = problem;
  }
}

export function apiOf(url: string, token: string | null): Api {
  const call: Api['fetch'] = (path, init = {}) =>
    fetch(url + path, {
      ...init,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...init.headers },
    });
  const answer = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    if (!response.ok) throw new ApiProblem(response.status, problemSchema.parse(JSON.parse(text)));
    return text === '' ? {} : (JSON.parse(text) as Answer);
  };
  return {
    fetch: call,
    get: async (path) => answer(await call(path)),
    send: async (method, path, body) =>
      answer(
        await call(path, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        }),
      ),
  };
}

async function startChaincode(): Promise<{ address: string; child: ChildProcess }> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(process.execPath, [join(repository, 'chaincode', 'src', 'main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      CHAINCODE_SERVER_ADDRESS: address,
      CHAINCODE_ID: chaincodeId,
      CORE_CHAINCODE_LOGGING_LEVEL: 'error',
    },
  });
  const { stdout } = child;
  if (!stdout) throw new Error('no output to wait for');
  await Promise.race([
    once(stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the chaincode ended with ${String(code)}`);
    }),
  ]);
  stdout.resume();
  return { address, child };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
