import { parseArgs } from 'node:util';
import pino from 'pino';
import { z } from 'zod';
import { readConfig } from './read-config.ts';
import { rebuild } from './rebuild.ts';
import { type Gateway, startGateway } from './start-gateway.ts';
import { StoreError } from './store/store-error.ts';

const usage = `Usage: node ledger-gateway/src/main.ts [command] --config FILE

Runs the gateway of one organisation, or several next to each other with nothing shared between them.

Commands:
  start       answer requests until SIGINT or SIGTERM (default)
  rebuild     drop what is derived from the ledger and build it again; the gateway must not be running

Options:
  --config FILE   JSON: one gateway's options, or {"gateways": [...]}; see ledger-gateway/README.md
  --msp ID        only this organisation's gateway of the file
  --help          this text

Environment:
  DATABASE_URL    PostgreSQL in place of the embedded database. With several gateways it must hold {msp}, which becomes
                  the MSP id in lower case, because each has a database of its own
  PORT, HOST      address to listen on, for a single gateway
  LOG_LEVEL       fatal, error, warn, info (default), debug or silent

At the first start an administrator's key is written to admin.key in the data folder.
`;

async function main(): Promise<number | null> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: 'string' }, msp: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [command = 'start', ...more] = positionals;
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (!values.config || more.length > 0 || !['start', 'rebuild'].includes(command)) {
    process.stderr.write(usage);
    return 2;
  }
  const all = await readConfig(values.config, process.env);
  const chosen = all.filter((options) => values.msp === undefined || options.mspId === values.msp);
  if (chosen.length === 0) throw new Error(`${values.config} has no gateway of ${values.msp}`);
  if (command === 'rebuild') {
    for (const options of chosen) {
      const height = await rebuild(options);
      process.stdout.write(`${options.mspId}: rebuilt from ${height} blocks\n`);
    }
    return 0;
  }
  const log = pino({ level: chosen[0]?.logLevel ?? 'info' });
  const gateways: Gateway[] = [];
  const stop = async () => {
    const results = await Promise.allSettled(gateways.map((gateway) => gateway.stop()));
    process.exit(results.every((result) => result.status === 'fulfilled') ? 0 : 1);
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
  try {
    for (const options of chosen) {
      const gateway = await startGateway(options, { log });
      gateways.push(gateway);
      process.stdout.write(`${options.mspId} listens on ${gateway.url}\n`);
    }
  } catch (error) {
    await Promise.allSettled(gateways.map((gateway) => gateway.stop()));
    throw error;
  }
  return null;
}

/** What went wrong, in words for whoever started it. */
function describe(error: unknown): string {
  if (error instanceof z.ZodError) return `the configuration is wrong:\n${z.prettifyError(error)}`;
  if (error instanceof StoreError) return error.message;
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is in use`;
  return message ?? String(error);
}

try {
  const code = await main();
  if (code !== null) process.exitCode = code;
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(1);
}
