import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { gatewayOptionsSchema, type ParsedGatewayOptions } from './gateway-options.ts';

const fileSchema = z.union([
  z.strictObject({ gateways: z.array(gatewayOptionsSchema).min(1).max(100) }),
  gatewayOptionsSchema,
]);

const environmentSchema = z.object({
  DATABASE_URL: z.string().min(1).optional(),
  HOST: z.string().min(1).optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  LOG_LEVEL: gatewayOptionsSchema.shape.logLevel.unwrap().optional(),
});

/**
 * Reads a configuration file and lets the environment override it. Relative paths in the file are relative to its folder.
 * @throws ZodError, SyntaxError, a system error; Error where one environment variable can't serve several gateways
 */
export async function readConfig(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ParsedGatewayOptions[]> {
  const parsed = fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const all = 'gateways' in parsed ? parsed.gateways : [parsed];
  const { DATABASE_URL, HOST, PORT, LOG_LEVEL } = environmentSchema.parse(environment);
  if (all.length > 1 && PORT !== undefined) throw new Error('PORT can only be given to a single gateway');
  if (all.length > 1 && DATABASE_URL !== undefined && !DATABASE_URL.includes('{msp}')) {
    throw new Error('with several gateways DATABASE_URL must hold {msp}: each has a database of its own');
  }
  return all.map((options) => ({
    ...withPaths(options, dirname(resolve(file))),
    ...(DATABASE_URL === undefined
      ? {}
      : { databaseUrl: DATABASE_URL.replaceAll('{msp}', options.mspId.toLowerCase()) }),
    ...(HOST === undefined ? {} : { host: HOST }),
    ...(PORT === undefined ? {} : { port: PORT }),
    ...(LOG_LEVEL === undefined ? {} : { logLevel: LOG_LEVEL }),
  }));
}

function withPaths(options: ParsedGatewayOptions, folder: string): ParsedGatewayOptions {
  const at = (path: string) => resolve(folder, path);
  const { ledger } = options;
  return {
    ...options,
    dataFolder: at(options.dataFolder),
    notify: {
      ...options.notify,
      ...(options.notify.caFile === undefined ? {} : { caFile: at(options.notify.caFile) }),
    },
    ...(options.peerKeyFile === undefined ? {} : { peerKeyFile: at(options.peerKeyFile) }),
    ...(options.consoleFolder === undefined ? {} : { consoleFolder: at(options.consoleFolder) }),
    ledger: {
      ...ledger,
      identity: { certFile: at(ledger.identity.certFile), keyFile: at(ledger.identity.keyFile) },
      peer: {
        ...ledger.peer,
        tls: ledger.peer.tls && { ...ledger.peer.tls, rootCertFile: at(ledger.peer.tls.rootCertFile) },
      },
    },
  };
}
