import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };

const usage = `Usage: node chaincode/src/main.ts

Serves Hopline's contracts (registry, readings, provenance, recall) to a Fabric peer, or to the dev ledger, as chaincode as a
service. It keeps no data: the peer has the state, and any number of these may be started and stopped.

Environment:
  CHAINCODE_SERVER_ADDRESS       host:port to listen on, for example 127.0.0.1:9999
  CHAINCODE_ID                   package id of the chaincode, as the peer knows it
  CORE_CHAINCODE_LOGGING_LEVEL   critical, error, warning, info (default) or debug

Options:
  --help                         show this text
`;

async function main(): Promise<number | null> {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { CHAINCODE_SERVER_ADDRESS: address, CHAINCODE_ID: chaincodeId } = process.env;
  if (!address || !chaincodeId) {
    process.stderr.write(`CHAINCODE_SERVER_ADDRESS and CHAINCODE_ID have to be set.\n\n${usage}`);
    return 2;
  }
  // Loaded only now: the shim reads the logging level when it is imported, and takes a moment that --help need not wait.
  const { startChaincodeServer } = await import('./chaincode-server.ts');
  // Nothing here outlives a transaction. One that is cut off was not endorsed, and its client tries again.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  await startChaincodeServer({ address, chaincodeId, version: packageJson.version });
  process.stdout.write(`chaincode listening on ${address} as ${chaincodeId}\n`);
  return null;
}

try {
  const code = await main();
  if (code !== null) process.exitCode = code;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
