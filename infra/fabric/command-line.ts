import { parseArgs } from 'node:util';
import { FabricError } from './fabric-error.ts';
import { DEFAULT_PORT_BASE, PORT_COUNT } from './network-plan.ts';

export const DEFAULT_DATA_DIR = '.data/fabric';

export const USAGE = `Usage: npm run fabric:up -- [options]
       npm run fabric:down -- [--data DIR]

A Hyperledger Fabric 3.1 network on this machine: three organisations with a peer each, four SmartBFT orderers, the
chaincode as a service. FABRIC_BIN names the folder with the official Fabric 3.1 programs.

up    starts what doesn't run, goes on from the data of before, and returns
down  stops all of it; the data stays

  --data DIR                 keys, ledgers, logs, connection profile (default ${DEFAULT_DATA_DIR})
  --fresh                    stop and delete what is in DIR first
  --port-base N              first of ${PORT_COUNT} ports on 127.0.0.1 (default ${DEFAULT_PORT_BASE})
  --chaincode MSPID=HOST:PORT  the chaincode of that organisation runs there already, don't start it (repeatable)
  --help`;

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'down'; readonly dataDir: string }
  | {
      readonly kind: 'up';
      readonly dataDir: string;
      readonly fresh: boolean;
      readonly portBase: number | undefined;
      readonly chaincode: Readonly<Record<string, string>>;
    };

/**
 * Reads the command line.
 *
 * @param args what follows the program's name.
 * @throws FabricError `BAD_ARGUMENT`.
 */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parseOptions(args);
  if (values.help) return { kind: 'help' };
  const [verb, ...rest] = positionals;
  if (rest.length > 0) throw bad(`unexpected ${rest.join(' ')}`);
  const dataDir = values.data ?? DEFAULT_DATA_DIR;
  if (verb === 'down') return { kind: 'down', dataDir };
  if (verb !== 'up') throw bad(verb === undefined ? 'say up or down' : `unknown command ${verb}`);
  return {
    kind: 'up',
    dataDir,
    fresh: values.fresh ?? false,
    portBase: values['port-base'] === undefined ? undefined : parsePortBase(values['port-base']),
    chaincode: Object.fromEntries((values.chaincode ?? []).map(parseChaincode)),
  };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        fresh: { type: 'boolean' },
        'port-base': { type: 'string' },
        chaincode: { type: 'string', multiple: true },
        help: { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw bad(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function parsePortBase(text: string): number {
  if (!/^\d{4,5}$/.test(text)) throw bad(`--port-base takes a port number, not ${text}`);
  return Number(text);
}

function parseChaincode(text: string): [string, string] {
  const match = /^(\w+)=([\w.-]+:\d{1,5})$/.exec(text);
  if (!match?.[1] || !match[2]) throw bad(`--chaincode takes MSPID=HOST:PORT, not ${text}`);
  return [match[1], match[2]];
}

function bad(problem: string, cause?: unknown): FabricError {
  return new FabricError('BAD_ARGUMENT', `${problem}\n\n${USAGE}`, { cause });
}
