import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@hopline/protocol/node';
import { startDevLedger } from '../../infra/dev-ledger/dev-ledger.ts';
import type { OpenLedger } from './ledger-suite.ts';

const main = join(import.meta.dirname, '../../chaincode/src/main.ts');

/** A dev ledger of its own in a temporary folder, and the chaincode as a process beside it. */
export async function openDevLedger(): Promise<OpenLedger> {
  const address = `127.0.0.1:${await freePort()}`;
  const chaincode = await startChaincode(address);
  const dataDir = await mkdtemp(join(tmpdir(), 'hopline-ledger-suite-'));
  const organisations = ['Growers', 'FreshHub', 'Retail'].map((name) => ({
    mspId: `${name}MSP`,
    name: name.toLowerCase(),
    chaincodeAddress: address,
  }));
  // As many endorsements as the policy needs, the way a Fabric gateway gathers them: their size is measured.
  const config = { organisations, endorsers: 'required' as const, fsync: 'never' as const };
  const ledger = await startDevLedger({ dataDir, config });
  return {
    profile: ledger.profile,
    close: async () => {
      await ledger.stop();
      await chaincode.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Runs the chaincode the way it is run for Fabric, and waits until it listens. */
export async function startChaincode(address: string): Promise<{ stop: () => Promise<number | null> }> {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      CHAINCODE_SERVER_ADDRESS: address,
      CHAINCODE_ID: 'hopline_0.1.0:test',
      // Refusals are what the suite is about; the shim logs each of them as an error.
      CORE_CHAINCODE_LOGGING_LEVEL: 'critical',
    },
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const ended = exited.then(([code]) => Promise.reject(new Error(`the chaincode ended with ${code}`)));
  await Promise.race([once(lines, 'line'), ended]);
  ended.catch(() => {});
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}
