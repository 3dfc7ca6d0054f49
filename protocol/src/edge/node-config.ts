import { z } from 'zod';
import { digestSchema, mspIdSchema, publicKeySchema } from '../registry/records.ts';

/**
 * A gateway that an edge node talks to. The first of its own organisation takes its statements, the others in their order
 * while that one fails; all report heads. One without a token is only asked to take statements, which carry their own
 * authority.
 */
const gatewaySchema = z.strictObject({ mspId: mspIdSchema, url: z.url(), token: z.string().min(20).optional() });

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Configuration of one edge node. A Worker gets all of its nodes in the binding `NODES`: a JSON object by node id. It
 * holds bearer tokens, so it is a secret.
 */
const nodeConfigObject = z.strictObject({
  mspId: mspIdSchema,
  /** The organisation's registry key, pinned: only copies signed by it are believed. */
  registryKey: publicKeySchema,
  gateways: z.array(gatewaySchema).min(1).max(8),
  /** SHA-256 of the bearer tokens that may use the node's HTTP interface. */
  apiTokenDigests: z.array(digestSchema).max(32),
  sealMaxReadings: z.int().min(1).max(100_000).default(1000),
  sealMaxAgeMs: z
    .int()
    .min(50)
    .default(5 * minuteMs),
  /** A statement goes out at least this often, also when nothing came. */
  idleStatementMs: z
    .int()
    .min(1000)
    .default(15 * minuteMs),
  /** When the own organisation's gateway has failed for this long, statements go to those of others. */
  uploadFallbackMs: z
    .int()
    .min(0)
    .default(2 * minuteMs),
  /** While they do, the own one is tried again this often. */
  ownGatewayRetryMs: z
    .int()
    .min(100)
    .default(5 * minuteMs),
  registryRefreshMs: z.int().min(100).default(30_000),
  /** How long a batch stays after two organisations' gateways have covered it. */
  retentionMs: z
    .int()
    .min(0)
    .default(30 * dayMs),
  /**
   * How long after its leaf has left 16 bytes of a reading's digest stay, by which another message with its counter is told
   * from the same one again. Where the disk budget is used up they go sooner, the oldest first.
   */
  equivocationMemoryMs: z
    .int()
    .min(0)
    .default(30 * dayMs),
  /** Beyond it readings are refused (0x97, 503) until anchored ones have left. */
  diskBudgetBytes: z.int().min(1_000_000).default(8_000_000_000),
  /**
   * Messages that may lie in quarantine, of all devices and of one, and their bytes. Nothing leaves it by itself; beyond it
   * what would go there is refused (0x97).
   */
  quarantineMaxMessages: z.int().min(1).default(10_000),
  quarantineMaxMessagesPerDevice: z.int().min(1).default(1000),
  quarantineMaxBytes: z.int().min(65_536).default(64_000_000),
  /** A reading whose time is further ahead of the edge's clock is refused. */
  maxClockAheadMs: z
    .int()
    .min(0)
    .default(5 * minuteMs),
  /** A reading older than this is accepted and marked late. */
  lateAfterMs: z
    .int()
    .min(0)
    .default(10 * minuteMs),
  /** Readings of this long are committed together before they are acknowledged. */
  groupCommitMs: z.int().min(0).max(1000).default(5),
});
export const nodeConfigSchema = nodeConfigObject.refine((config) => ownGateway(config)?.token !== undefined, {
  path: ['gateways'],
  message: 'the gateway of the node’s own organisation needs a token',
});
export type NodeConfig = z.infer<typeof nodeConfigSchema>;
export const nodesConfigSchema = z.record(z.string(), nodeConfigSchema);

/** The gateway that serves the node: the first of its organisation, or the first at all. */
export function ownGateway({
  mspId,
  gateways,
}: Pick<z.infer<typeof nodeConfigObject>, 'mspId' | 'gateways'>): z.infer<typeof gatewaySchema> | undefined {
  return gateways.find((gateway) => gateway.mspId === mspId) ?? gateways[0];
}
