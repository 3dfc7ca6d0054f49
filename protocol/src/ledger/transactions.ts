import { z } from 'zod';
import {
  findingSchema,
  maxFindingsPerTransaction,
  newRecallSchema,
  recallClosingSchema,
  recallIdSchema,
  recallNoticeSchema,
  recallTextSchema,
  scopeChangeSchema,
} from '../recall/records.ts';
import { recallActSchema } from '../recall/state-recall.ts';
import { policySchema } from '../registry/policy.ts';
import {
  assignmentSchema,
  calibrationSchema,
  deviceSchema,
  deviceUrnSchema,
  digestSchema,
  glnSchema,
  gtinSchema,
  mspIdSchema,
  nodeIdSchema,
  organisationSchema,
  productSchema,
  revocationSchema,
  ruleSchema,
  signerSchema,
  siteSchema,
} from '../registry/records.ts';
import { eventFlagSchema, eventOutcomeSchema, eventRefSchema } from './state-provenance.ts';

/** Bytes in JSON: base64url without padding, left-over bits zero, so that `fromBase64Url` takes whatever passes here. */
export const base64UrlSchema = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/,
    'base64url without padding',
  );

export const channelName = 'provenance';
export const chaincodeName = 'hopline';

export const maxStatementsPerTransaction = 64;
export const maxRecordsPerTransaction = 50;

/**
 * Every transaction of the chaincode by `contract:Name`: the schema of its one JSON argument. Transactions that change
 * nothing are in `queries`.
 */
export const transactions = {
  'registry:PutOrganisation': z.strictObject({ organisation: organisationSchema }),
  'registry:PutPolicy': z.strictObject({ policy: policySchema }),
  'registry:PutSite': z.strictObject({ site: siteSchema }),
  'registry:PutProduct': z.strictObject({ product: productSchema }),
  /** Sites and products of one organisation together: all of them, or none. What an import of master data is made of. */
  'registry:PutRecords': z
    .strictObject({ sites: z.array(siteSchema), products: z.array(productSchema) })
    .refine(({ sites, products }) => isCountOfRecords(sites.length + products.length), 'between one record and fifty'),
  /** The proof names node, organisation and key. Enrolling a node again replaces its key and keeps its chain. */
  'registry:EnrolEdgeNode': z.strictObject({ proof: base64UrlSchema }),
  /** A legacy device has no key and so no proof; its key must then be `null` too. */
  'registry:EnrolDevice': z.strictObject({ proof: base64UrlSchema.nullable(), device: deviceSchema }),
  'registry:UpdateDevice': z.strictObject({
    device: deviceUrnSchema,
    assignments: z.array(assignmentSchema).min(1).max(64).optional(),
    rules: z.array(ruleSchema).max(32).optional(),
    calibration: calibrationSchema.optional(),
    /** Where a device that is fixed measures from now on; `null` for one that travels from now on. */
    place: glnSchema.nullable().optional(),
    validToMs: z.int().min(0).optional(),
  }),
  'registry:EnrolSigner': z.strictObject({ proof: base64UrlSchema, signer: signerSchema }),
  'registry:Revoke': z.strictObject({ revocation: revocationSchema }),
  /** Statements of one edge node, consecutive and in order. Those anchored already, byte for byte, are passed over. */
  'readings:AnchorStatements': z.strictObject({
    statements: z.array(base64UrlSchema).min(1).max(maxStatementsPerTransaction),
  }),
  'provenance:Capture': z.strictObject({ statement: base64UrlSchema }),
  'recall:Open': z.strictObject({ recall: newRecallSchema }),
  'recall:ChangeScope': scopeChangeSchema,
  'recall:Notify': recallNoticeSchema,
  /** The statement is a COSE_Sign1 of the recipient's (`signAcknowledgement`). */
  'recall:Acknowledge': z.strictObject({ statement: base64UrlSchema }),
  'recall:RecordFinding': z.strictObject({
    recallId: recallIdSchema,
    findings: z.array(findingSchema).min(1).max(maxFindingsPerTransaction),
  }),
  'recall:Close': recallClosingSchema,
  'recall:Reopen': z.strictObject({ recallId: recallIdSchema, reason: recallTextSchema }),
} as const;

export const queries = {
  'registry:GetOrganisation': z.strictObject({ mspId: mspIdSchema }),
  'registry:GetPolicy': z.strictObject({ mspId: mspIdSchema }),
  'registry:GetSite': z.strictObject({ gln: glnSchema }),
  'registry:GetProduct': z.strictObject({ gtin: gtinSchema }),
  'registry:GetEdgeNode': z.strictObject({ node: nodeIdSchema }),
  'registry:GetDevice': z.strictObject({ device: deviceUrnSchema }),
  'registry:GetSigner': z.strictObject({ signer: z.string().max(200) }),
  'readings:GetHead': z.strictObject({ node: nodeIdSchema }),
  'provenance:GetHoldings': z.strictObject({ item: z.string().max(400) }),
  'provenance:GetUnit': z.strictObject({ unit: z.string().max(400) }),
  'provenance:GetEvent': z.strictObject({ event: z.string().max(200) }),
  'recall:GetRecall': z.strictObject({ recallId: recallIdSchema }),
  'recall:GetHolds': z.strictObject({ item: z.string().max(400) }),
} as const;

export type TransactionName = keyof typeof transactions;
export type QueryName = keyof typeof queries;
export type TransactionInput<N extends TransactionName> = z.infer<(typeof transactions)[N]>;
export type QueryInput<N extends QueryName> = z.infer<(typeof queries)[N]>;

/**
 * What `readings:AnchorStatements` gives back: how many of its statements are anchored by it, and how many were already.
 * It is part of the transaction for ever, so it says nothing that the argument does not.
 */
export const anchorResultSchema = z.strictObject({ anchored: z.int().min(0), duplicates: z.int().min(0) });
export type AnchorResult = z.infer<typeof anchorResultSchema>;

/** What `provenance:Capture` gives back: the document's events in order. `duplicate` was on the ledger already. */
export const captureResultSchema = z.strictObject({
  events: z.array(
    z.strictObject({
      ...eventRefSchema.shape,
      eventId: z.string().nullable(),
      outcome: z.enum([...eventOutcomeSchema.options, 'duplicate']),
      flags: z.array(eventFlagSchema),
    }),
  ),
});
export type CaptureResult = z.infer<typeof captureResultSchema>;

/** What every transaction of a recall gives back and announces: what step it was, and as of which version of the scope. */
export const recallStepSchema = z.strictObject({
  recallId: recallIdSchema,
  step: z.enum(recallActSchema.options.map(({ shape }) => shape.step.value)),
  version: z.int().min(1),
});
export type RecallStep = z.infer<typeof recallStepSchema>;

/**
 * Names of the chaincode events, at most one a transaction, with the schema of their JSON payload. They only wake
 * listeners. Anchoring has none: it would be 3 % of the smallest transaction, and who follows blocks sees it anyway.
 */
export const chaincodeEvents = {
  registered: z.strictObject({ kind: z.string(), id: z.string() }),
  captured: z.strictObject({ events: z.int().min(0) }),
  recalled: recallStepSchema,
} as const;

/** `readings:GetHead`: `null` where the node has anchored nothing yet. */
export const headSchema = z
  .strictObject({ sequence: z.int().min(0), digest: digestSchema, sealedAtMs: z.int().min(0) })
  .nullable();
export type Head = z.infer<typeof headSchema>;

function isCountOfRecords(count: number): boolean {
  return count >= 1 && count <= maxRecordsPerTransaction;
}
