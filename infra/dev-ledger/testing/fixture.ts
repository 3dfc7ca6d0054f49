import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { DevLedgerConfigInput } from '../config.ts';
import { type DevLedger, type DevLedgerOptions, startDevLedger } from '../dev-ledger.ts';
import { type ChaincodeProcess, startChaincode } from './chaincode-process.ts';
import { connectGateway, type GatewayClient } from './gateway-client.ts';

/** Three organisations whose chaincode is at one address, or at one for each. */
export function threeOrganisations(...addresses: string[]): DevLedgerConfigInput {
  const names = ['Growers', 'FreshHub', 'Retail'];
  return {
    organisations: names.map((name, index) => ({
      mspId: `${name}MSP`,
      name: name.toLowerCase(),
      chaincodeAddress: addresses[index % addresses.length] ?? '',
    })),
  };
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'hopline-dev-ledger-'));
}

export type Fixture = {
  ledger: DevLedger;
  chaincode: ChaincodeProcess;
  dataDir: string;
  lines: string[];
  /** The first organisation's client. */
  growers: GatewayClient;
  stop(): Promise<void>;
};

/** A running ledger with chaincode and a client, in a folder of its own. */
export async function startFixture(
  config: DevLedgerConfigInput = {},
  options: Partial<DevLedgerOptions> = {},
): Promise<Fixture> {
  const dataDir = await temporaryFolder();
  const chaincode = await startChaincode();
  const lines: string[] = [];
  const ledger = await startDevLedger({
    dataDir,
    config: { ...threeOrganisations(chaincode.address), ...config },
    log: (line) => lines.push(line),
    ...options,
  });
  const growers = await connectGateway(ledger.profile);
  return {
    ledger,
    chaincode,
    dataDir,
    lines,
    growers,
    stop: async () => {
      growers.close();
      await ledger.stop();
      await chaincode.kill();
      await rm(dataDir, { recursive: true });
    },
  };
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

export function json<T>(bytes: Uint8Array): T {
  return JSON.parse(text(bytes)) as T;
}

/** The error that a call to the gateway ends with. */
export async function rejection(promise: Promise<unknown>): Promise<GatewayError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GatewayError)) throw new Error(`expected a GatewayError, got ${String(error)}`);
  return error;
}
