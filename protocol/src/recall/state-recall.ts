import { z } from 'zod';
import { itemSchema } from '../ledger/state-provenance.ts';
import { stateVersion } from '../ledger/state-registry.ts';
import { digestSchema, glnSchema, gtinSchema, mspIdSchema, timeMsSchema } from '../registry/records.ts';
import {
  findingSchema,
  maxAddressees,
  maxRecallLots,
  maxReturnPlaces,
  newRecallSchema,
  recallClosingSchema,
  recallEvidenceSchema,
  recallIdSchema,
  recallKindSchema,
  recallTextSchema,
  scopeLineSchema,
  statedShape,
} from './records.ts';

const versionSchema = z.int().min(1);
const { kind, class: recallClass, reason, authority, returnTo } = newRecallSchema.shape;

/**
 * `recall` [recallId]: how it stands. Written by who opened it alone, so that nobody's answer waits for another's.
 * `version` counts the changes of its scope, from 1.
 */
export const recallRecordSchema = z.strictObject({
  schema: stateVersion,
  recallId: recallIdSchema,
  mspId: mspIdSchema,
  kind,
  class: recallClass,
  reason,
  authority,
  returnTo,
  /** Products of the scope, by GTIN. */
  gtins: z.array(gtinSchema).max(maxRecallLots),
  /** Lots and items in the scope now, and all that ever were. */
  lots: z.int().min(0).max(maxRecallLots),
  lotsEver: z.int().min(0).max(maxRecallLots),
  version: versionSchema,
  evidence: recallEvidenceSchema,
  addressees: z.array(mspIdSchema).max(maxAddressees),
  outside: z.array(glnSchema).max(maxAddressees),
  state: z.enum(['open', 'closed']),
  openedAtMs: timeMsSchema,
  closedAtMs: timeMsSchema.nullable(),
  conclusion: recallTextSchema.nullable(),
});
export type RecallRecord = z.infer<typeof recallRecordSchema>;

/** `recall-scope` [recallId, item]: since which version it is in the scope, and from which on no more (`null`: it still is). */
export const recallScopeRecordSchema = z.strictObject({
  schema: stateVersion,
  recallId: recallIdSchema,
  ...scopeLineSchema.shape,
  fromVersion: versionSchema,
  toVersion: versionSchema.nullable(),
});
export type RecallScopeRecord = z.infer<typeof recallScopeRecordSchema>;

/**
 * `hold` [item, recallId]: an item may not move. It has a key of its own, written without reading the goods, so that nobody
 * who moves them can keep a recall off the ledger. Deleted when the item leaves the scope or the goods are let go.
 * `enforced` is false for a mock recall.
 */
export const holdRecordSchema = z.strictObject({
  schema: stateVersion,
  item: itemSchema,
  recallId: recallIdSchema,
  mspId: mspIdSchema,
  kind: recallKindSchema,
  enforced: z.boolean(),
  returnTo: z.array(glnSchema).max(maxReturnPlaces),
  sinceMs: timeMsSchema,
});
export type HoldRecord = z.infer<typeof holdRecordSchema>;

/** `acknowledgement` [recallId, mspId]: the highest version that an organisation has acknowledged, by whose signature. */
export const acknowledgementRecordSchema = z.strictObject({
  schema: stateVersion,
  ...statedShape,
  version: versionSchema,
  signer: z.string().max(200),
  kid: digestSchema,
  /** Who did it, in the signer's words. */
  by: z.string().max(200),
  note: recallTextSchema.nullable(),
  statedAtMs: timeMsSchema,
});
export type AcknowledgementRecord = z.infer<typeof acknowledgementRecordSchema>;

/** `finding` [recallId, place, item] */
export const findingRecordSchema = z.strictObject({ schema: stateVersion, ...statedShape, ...findingSchema.shape });
export type FindingRecord = z.infer<typeof findingRecordSchema>;

const { conclusion, release, reasons } = recallClosingSchema.shape;

/** What a step did. Lots that came and went stand in `recall-scope`, and in the transaction's argument. */
export const recallActSchema = z.discriminatedUnion('step', [
  z.strictObject({
    step: z.literal('opened'),
    version: versionSchema,
    reason,
    evidence: recallEvidenceSchema,
    added: z.int(),
  }),
  z.strictObject({
    step: z.literal('scope-changed'),
    version: versionSchema,
    reason,
    evidence: recallEvidenceSchema.nullable(),
    added: z.int(),
    removed: z.int(),
    addressees: z.array(mspIdSchema).max(maxAddressees),
  }),
  z.strictObject({
    step: z.literal('notified'),
    version: versionSchema,
    addressees: z.array(mspIdSchema).max(maxAddressees),
    outside: z.array(glnSchema).max(maxAddressees),
  }),
  z.strictObject({ step: z.literal('acknowledged'), version: versionSchema, signer: z.string(), by: z.string() }),
  z.strictObject({ step: z.literal('found'), findings: z.array(findingSchema) }),
  z.strictObject({ step: z.literal('closed'), conclusion, release, reasons }),
  z.strictObject({ step: z.literal('reopened'), reason }),
]);
export type RecallAct = z.infer<typeof recallActSchema>;

/**
 * `recall-step` [recallId, transactionId]: each step is kept. Its key holds the transaction's id and not a count, so that
 * organisations which act at the same moment do not conflict; their order is that of the blocks.
 */
export const recallStepRecordSchema = z.strictObject({
  schema: stateVersion,
  ...statedShape,
  transactionId: z.string().min(1).max(128),
  act: recallActSchema,
});
export type RecallStepRecord = z.infer<typeof recallStepRecordSchema>;
