import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type DevLedgerConfigInput, devLedgerConfigSchema } from './config.ts';
import { startDevLedger } from './dev-ledger.ts';
import { DevLedgerError } from './errors.ts';

const HELP = `Dev ledger: one process that speaks Hyperledger Fabric's protocols. For development, demos and tests; it has
one orderer, so whoever runs it could rewrite it. Production is Hyperledger Fabric.

Usage: node infra/dev-ledger/main.ts --data DIR [options]

  --data DIR             folder of keys, blocks and state; made where there is none (required)
  --config FILE          JSON configuration; see infra/dev-ledger/README.md (default: three organisations)
  --host ADDRESS         address to listen on (default: 127.0.0.1)
  --port-base N          port of the first organisation's peer, the others follow; 0 takes free ones (default: 7051)
  --chaincode ADDRESSES  host:port of the chaincode service, or one for each organisation with commas between
  --help                 this text

Writes DIR/connection.json, the connection profile that gateways read. Stops on SIGINT and SIGTERM after committing what
it has accepted.
`;

const DEFAULT_PORT_BASE = 7051;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      config: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      'port-base': { type: 'string', default: String(DEFAULT_PORT_BASE) },
      chaincode: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (!values.data) throw new DevLedgerError('CONFIG_INVALID', '--data is required; --help explains');
  const portBase = Number(values['port-base']);
  if (!Number.isInteger(portBase) || portBase < 0 || portBase > 65_535) {
    throw new DevLedgerError('CONFIG_INVALID', `--port-base ${values['port-base']} is not a port`);
  }
  print('starting the dev ledger: for development, demos and tests, with one orderer');
  const ledger = await startDevLedger({
    dataDir: resolve(values.data),
    config: withChaincode(await readConfig(values.config), values.chaincode),
    host: values.host,
    portBase,
    log: print,
    onFailure: (error) => fail(error),
  });
  for (const { mspId, peer } of ledger.profile.organisations) print(`${mspId}: peer listens on ${peer.address}`);
  print(`connection profile: ${ledger.profileFile}`);
  print('ready');

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    print(`${signal}: stopping`);
    await ledger.stop();
    print('stopped');
    process.exit(0);
  };
  process.on('SIGINT', (signal) => void stop(signal).catch(fail));
  process.on('SIGTERM', (signal) => void stop(signal).catch(fail));
}

async function readConfig(file: string | undefined): Promise<DevLedgerConfigInput> {
  if (!file) return {};
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DevLedgerConfigInput;
  } catch (cause) {
    throw new DevLedgerError('CONFIG_INVALID', `can't read ${file}: ${messageOf(cause)}`, { cause });
  }
}

function withChaincode(config: DevLedgerConfigInput, addresses: string | undefined): DevLedgerConfigInput {
  if (!addresses) return config;
  const list = addresses.split(',');
  const organisations = config.organisations ?? devLedgerConfigSchema.parse({}).organisations;
  if (list.length !== 1 && list.length !== organisations.length) {
    throw new DevLedgerError(
      'CONFIG_INVALID',
      `--chaincode names ${list.length} addresses for ${organisations.length} organisations`,
    );
  }
  return {
    ...config,
    organisations: organisations.map((org, index) => ({
      ...org,
      chaincodeAddress: list[list.length === 1 ? 0 : index] ?? '',
    })),
  };
}

function print(line: string): void {
  process.stdout.write(`dev-ledger: ${line}\n`);
}

function fail(error: unknown): never {
  const isOwn = error instanceof DevLedgerError;
  const isUsage = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const text = isOwn ? `${error.message} (${error.code})` : messageOf(error, !isUsage);
  process.stderr.write(`dev-ledger: ${text}\n`);
  process.exit(1);
}

function messageOf(error: unknown, withStack = false): string {
  if (!(error instanceof Error)) return String(error);
  return withStack ? (error.stack ?? error.message) : error.message;
}

main().catch(fail);
