import { z } from 'zod';
import { acknowledgementRecordSchema, holdRecordSchema, recallRecordSchema } from '../recall/state-recall.ts';
import {
  containmentRecordSchema,
  eventRecordSchema,
  holdingRecordSchema,
  unitRecordSchema,
} from './state-provenance.ts';
import {
  deviceRecordSchema,
  edgeNodeRecordSchema,
  organisationRecordSchema,
  policyRecordSchema,
  productRecordSchema,
  signerRecordSchema,
  siteRecordSchema,
} from './state-registry.ts';
import {
  anchorResultSchema,
  captureResultSchema,
  chaincodeEvents,
  headSchema,
  type QueryName,
  recallStepSchema,
  type TransactionName,
} from './transactions.ts';

/** Every transaction of the registry gives back what it wrote, in the form of the event that announces it. */
const registeredSchema = chaincodeEvents.registered;

/** What each transaction gives back, as JSON. */
export const transactionResults = {
  'registry:PutOrganisation': registeredSchema,
  'registry:PutPolicy': registeredSchema,
  'registry:PutSite': registeredSchema,
  'registry:PutProduct': registeredSchema,
  'registry:PutRecords': registeredSchema,
  'registry:EnrolEdgeNode': registeredSchema,
  'registry:EnrolDevice': registeredSchema,
  'registry:UpdateDevice': registeredSchema,
  'registry:EnrolSigner': registeredSchema,
  'registry:Revoke': registeredSchema,
  'readings:AnchorStatements': anchorResultSchema,
  'provenance:Capture': captureResultSchema,
  'recall:Open': recallStepSchema,
  'recall:ChangeScope': recallStepSchema,
  'recall:Notify': recallStepSchema,
  'recall:Acknowledge': recallStepSchema,
  'recall:RecordFinding': recallStepSchema,
  'recall:Close': recallStepSchema,
  'recall:Reopen': recallStepSchema,
} as const satisfies Record<TransactionName, z.ZodType>;

/** What each query gives back, as JSON; `null` where there is no such record. */
export const queryResults = {
  'registry:GetOrganisation': organisationRecordSchema.nullable(),
  'registry:GetPolicy': policyRecordSchema.nullable(),
  'registry:GetSite': siteRecordSchema.nullable(),
  'registry:GetProduct': productRecordSchema.nullable(),
  'registry:GetEdgeNode': edgeNodeRecordSchema.nullable(),
  'registry:GetDevice': deviceRecordSchema.nullable(),
  'registry:GetSigner': signerRecordSchema.nullable(),
  'readings:GetHead': headSchema,
  'provenance:GetHoldings': z.strictObject({
    holdings: z.array(holdingRecordSchema),
    units: z.array(containmentRecordSchema),
  }),
  'provenance:GetUnit': unitRecordSchema.nullable(),
  'provenance:GetEvent': eventRecordSchema.nullable(),
  'recall:GetRecall': z
    .strictObject({ recall: recallRecordSchema, acknowledgements: z.array(acknowledgementRecordSchema) })
    .nullable(),
  'recall:GetHolds': z.strictObject({ holds: z.array(holdRecordSchema) }),
} as const satisfies Record<QueryName, z.ZodType>;

export type TransactionResult<N extends TransactionName> = z.infer<(typeof transactionResults)[N]>;
export type QueryResult<N extends QueryName> = z.infer<(typeof queryResults)[N]>;
