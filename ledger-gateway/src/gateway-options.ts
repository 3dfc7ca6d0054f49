import { maxLotsPerTransaction, policyRulesSchema } from '@hopline/protocol';
import { z } from 'zod';
import { oidcOptionsSchema } from './auth/oidc.ts';
import { peerSchema } from './intake/fetch-summaries.ts';
import { ledgerOptionsSchema } from './ledger/ledger-options.ts';
import { notifyOptionsSchema } from './notify/notify-options.ts';
import { edgeSchema } from './query/batch-readings.ts';

/** Configuration of one gateway: one organisation with its identity, database and interface. */
export const gatewayOptionsSchema = z.strictObject({
  mspId: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, 'an MSP id'),
  organisation: z.strictObject({
    name: z.string().min(1).max(200),
    companyPrefixes: z
      .array(z.string().regex(/^\d{4,12}$/))
      .max(50)
      .default([]),
  }),
  /** Put on the ledger at the start, where the organisation has none there yet. */
  policy: policyRulesSchema.optional(),
  ledger: ledgerOptionsSchema,
  /** Folder of its keys and, without `databaseUrl`, its embedded database. One process at a time. */
  dataFolder: z.string().min(1),
  /** PostgreSQL server, in place of the embedded database. */
  databaseUrl: z.string().min(1).optional(),
  /** Where an empty embedded database is kept, of which new ones are copies: a start is seconds faster. For demos and tests. */
  databaseTemplates: z.string().min(1).optional(),
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(0),
  /** Address under which others reach it, where that is another than it listens on. */
  publicUrl: z.url().optional(),
  /** The console's built files. */
  consoleFolder: z.string().min(1).optional(),
  /** Gateways of other organisations, to be asked for summaries. */
  peers: z.array(peerSchema).max(100).default([]),
  /** The text of a key by which they may ask this one, chosen before its first start; read at that start only. */
  peerKeyFile: z.string().min(1).optional(),
  /** Addresses of edge nodes, to fetch raw readings from. */
  edges: z.record(z.string(), edgeSchema).default({}),
  oidc: oidcOptionsSchema.optional(),
  /** Webhooks and e-mails to other parties. */
  notify: notifyOptionsSchema.prefault({}),
  registryValidityMs: z
    .int()
    .min(1_000)
    .max(30 * 86_400_000)
    .default(86_400_000),
  /** Lots that one transaction takes into a recall; a larger scope goes in parts. Fewer where the ledger is slow. */
  recallLotsPerTransaction: z.int().min(1).max(maxLotsPerTransaction).default(500),
  /** How often the peer is asked for its height. */
  heightProbeMs: z.int().min(100).max(60_000).default(2_000),
  /** Whether `X-Forwarded-For` comes from a proxy of ours. */
  trustProxy: z.boolean().default(false),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});
export type GatewayOptions = z.input<typeof gatewayOptionsSchema>;
export type ParsedGatewayOptions = z.output<typeof gatewayOptionsSchema>;
