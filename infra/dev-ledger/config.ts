import { z } from 'zod';
import { DevLedgerError } from './errors.ts';

const mspId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/, 'letters, digits, dots and dashes');
const address = z.string().regex(/^.+:\d{1,5}$/, 'host:port');

const organisation = z.object({
  mspId,
  /** Name for people and certificates, for example `growers`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case letters, digits and dashes'),
  /** Where this organisation's chaincode service listens. Organisations may share one. */
  chaincodeAddress: address,
});

const positive = z.number().int().positive();

/** Every bound of the dev ledger; units are in the names. */
const limits = z
  .object({
    /** Calls of the gateway service in progress at one peer (Fabric: peer.limits.concurrency.gatewayService). */
    maxGatewayCalls: positive.default(500),
    /** Open event streams (blocks and chaincode events) at one peer. */
    maxEventStreams: positive.default(256),
    /** Transactions accepted by the orderer and not yet committed. */
    maxPendingTransactions: positive.default(10_000),
    maxTransactionBytes: positive.default(4 * 1024 * 1024),
    maxMessageBytes: positive.default(100 * 1024 * 1024),
    /** Results of one range query or history query of chaincode (Fabric: ledger.state.totalQueryLimit). */
    maxQueryResults: positive.default(100_000),
    /** Time for chaincode to answer one transaction (Fabric: chaincode.executetimeout). */
    executeTimeoutMs: positive.default(30_000),
    /** How long an invocation waits for a chaincode that is not connected. */
    chaincodeConnectTimeoutMs: positive.default(3_000),
    /** Distance allowed between a proposal's time and the peer's (Fabric: peer.authentication.timewindow). */
    timeWindowMs: positive.default(15 * 60_000),
    /** Identities whose verified certificate is remembered. */
    maxCachedIdentities: positive.default(1_000),
    /** Blocks kept in memory for readers of events. */
    maxCachedBlocks: positive.default(64),
  })
  .prefault({});

const orderer = z
  .object({
    /** A block is cut this long after its first transaction. */
    batchTimeoutMs: z.number().int().nonnegative().default(10),
    maxTransactionsPerBlock: positive.default(100),
    maxBlockBytes: positive.default(16 * 1024 * 1024),
  })
  .prefault({});

export const devLedgerConfigSchema = z
  .object({
    channel: z
      .string()
      .regex(/^[a-z][a-z0-9.-]{0,248}$/, 'a Fabric channel name')
      .default('provenance'),
    chaincode: z
      .object({ name: z.string().min(1).default('hopline'), version: z.string().min(1).default('1.0') })
      .prefault({}),
    organisations: z
      .array(organisation)
      .min(1)
      .default([
        { mspId: 'GrowersMSP', name: 'growers', chaincodeAddress: '127.0.0.1:7052' },
        { mspId: 'FreshHubMSP', name: 'freshhub', chaincodeAddress: '127.0.0.1:7052' },
        { mspId: 'RetailMSP', name: 'retail', chaincodeAddress: '127.0.0.1:7052' },
      ]),
    /** How many organisations' endorsements a transaction needs. */
    endorsementPolicy: z.union([z.enum(['majority', 'any', 'all']), positive]).default('majority'),
    /**
     * Which organisations execute a proposal: `all`, so that a chaincode that is not deterministic shows, or `required`,
     * only as many as the policy needs, the way a Fabric gateway does.
     */
    endorsers: z.enum(['all', 'required']).default('all'),
    orderer,
    /** `block`: the block file is synced to disk before a block counts as committed. `never`: left to the system. */
    fsync: z.enum(['block', 'never']).default('block'),
    /** Serve TLS instead of plaintext, with certificates of the organisations' own TLS authorities. */
    tls: z.boolean().default(false),
    limits,
  })
  .refine((config) => new Set(config.organisations.map((org) => org.mspId)).size === config.organisations.length, {
    message: 'each organisation needs an MSP id of its own',
    path: ['organisations'],
  });

export type DevLedgerConfig = z.infer<typeof devLedgerConfigSchema>;
/** A configuration as one writes it: everything that has a default may be left out. */
export type DevLedgerConfigInput = z.input<typeof devLedgerConfigSchema>;
export type Limits = DevLedgerConfig['limits'];

/** @throws DevLedgerError CONFIG_INVALID with the path of each wrong field. */
export function parseConfig(input: unknown): DevLedgerConfig {
  const result = devLedgerConfigSchema.safeParse(input);
  if (!result.success) {
    throw new DevLedgerError('CONFIG_INVALID', `configuration: ${z.prettifyError(result.error)}`, {
      cause: result.error,
    });
  }
  requiredEndorsements(result.data);
  return result.data;
}

/** Number of organisations whose endorsement the policy asks for. */
export function requiredEndorsements(config: Pick<DevLedgerConfig, 'endorsementPolicy' | 'organisations'>): number {
  const total = config.organisations.length;
  const policy = config.endorsementPolicy;
  if (policy === 'any') return 1;
  if (policy === 'all') return total;
  if (policy === 'majority') return Math.floor(total / 2) + 1;
  if (policy > total) {
    throw new DevLedgerError('CONFIG_INVALID', `endorsementPolicy: ${policy} of ${total} organisations can't be met`);
  }
  return policy;
}
