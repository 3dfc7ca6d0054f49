import { z } from 'zod';
import { amountSchema, itemSchema } from '../ledger/state-provenance.ts';
import { digestSchema, glnSchema, mspIdSchema, timeMsSchema } from '../registry/records.ts';

/** Lots that one recall may hold, all its versions together: closing it can let all of them go in one transaction. */
export const maxRecallLots = 5_000;
/**
 * Lots that one transaction may take into a recall, or let out of it. A larger scope is taken in by several: each lot is
 * three questions of every endorser to its peer, and an endorsement has to come to its end in seconds.
 */
export const maxLotsPerTransaction = 1_000;
/** Lots of a recall up to which the contract itself looks at the closing where some of them lie. */
export const maxLotsLookedAt = 500;
/** Organisations, and outside parties, that one recall may be addressed to. */
export const maxAddressees = 1_000;
export const maxReturnPlaces = 20;
export const maxFindingsPerTransaction = 200;
export const maxReasonsPerClosing = 4_000;
const maxTextChars = 2_000;

/**
 * A recall's name, chosen by who opens it; the first to use it has it. With a digit, so that it is no word that an address
 * has a meaning for.
 */
export const recallIdSchema = z.string().regex(/^(?=.*\d)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a recall id');

/** `mock` is an exercise: everything happens but the blocking of trade. */
export const recallKindSchema = z.enum(['mock', 'voluntary', 'mandatory']);
export type RecallKind = z.infer<typeof recallKindSchema>;

/** How dangerous the goods are, as FDA classifies it (21 CFR 7.3(m)). */
export const recallClassSchema = z.enum(['I', 'II', 'III']);

export const recallTextSchema = z.string().min(1).max(maxTextChars);

/**
 * A lot or item of the scope. `via`: the transformation that made it out of goods that are in the scope themselves, which
 * the ledger checks; `null` for the suspect goods that a recall begins with.
 */
export const scopeLineSchema = z.strictObject({ item: itemSchema, via: z.string().min(1).max(400).nullable() });
export type ScopeLine = z.infer<typeof scopeLineSchema>;

/** The trace that the scope was taken from: digest (SHA-256) of the frozen document, and how many blocks it knew. */
export const recallEvidenceSchema = z.strictObject({ digest: digestSchema, height: z.int().min(0) });
export type RecallEvidence = z.infer<typeof recallEvidenceSchema>;

const addresseesShape = {
  /** Organisations of the channel that the recall concerns. */
  addressees: z.array(mspIdSchema).max(maxAddressees),
  /** GLNs of parties outside the channel that were sent some of it. */
  outside: z.array(glnSchema).max(maxAddressees),
};

/** What somebody says who opens a recall. */
export const newRecallSchema = z.strictObject({
  recallId: recallIdSchema,
  kind: recallKindSchema,
  class: recallClassSchema.nullable(),
  reason: recallTextSchema,
  /** Who ordered it, and under which reference; only a mandatory recall has one. */
  authority: recallTextSchema.nullable(),
  /** Places to which held goods may be shipped back. */
  returnTo: z.array(glnSchema).max(maxReturnPlaces),
  scope: z.array(scopeLineSchema).min(1).max(maxLotsPerTransaction),
  evidence: recallEvidenceSchema,
  ...addresseesShape,
});
export type NewRecall = z.infer<typeof newRecallSchema>;

/** A wider or narrower scope, and whom it concerns besides those who are addressed already. */
export const scopeChangeSchema = z.strictObject({
  recallId: recallIdSchema,
  reason: recallTextSchema,
  evidence: recallEvidenceSchema.nullable(),
  add: z.array(scopeLineSchema).max(maxLotsPerTransaction),
  remove: z.array(itemSchema).max(maxLotsPerTransaction),
  ...addresseesShape,
});
export type ScopeChange = z.infer<typeof scopeChangeSchema>;

/** That notices of a version have reached these. */
export const recallNoticeSchema = z.strictObject({
  recallId: recallIdSchema,
  version: z.int().min(1),
  ...addresseesShape,
});

const amount = amountSchema.shape.amount;

/**
 * What an organisation found of a lot at a place of its own, and what became of it: all of it, in place of what it said
 * before. Amounts in `uom`. What was sold is with consumers; what was not found, nobody knows.
 */
export const findingSchema = z.strictObject({
  place: glnSchema,
  item: itemSchema,
  uom: amountSchema.shape.uom,
  quarantined: amount,
  returned: amount,
  destroyed: amount,
  sold: amount,
  notFound: amount,
  note: recallTextSchema.nullable(),
});
export type Finding = z.infer<typeof findingSchema>;

/** Something that is still open when a recall is closed. `goods`: they lie at a place, and nobody said what was found. */
export const openItemSchema = z.discriminatedUnion('open', [
  z.strictObject({ open: z.literal('organisation'), mspId: mspIdSchema }),
  z.strictObject({ open: z.literal('goods'), place: glnSchema, item: itemSchema }),
]);
export type OpenItem = z.infer<typeof openItemSchema>;

/** What a reason at the closing is for: one open thing, or all goods of the scope at a place that nobody reported. */
export const explainedSchema = z.discriminatedUnion('open', [
  ...openItemSchema.options,
  z.strictObject({ open: z.literal('place'), place: glnSchema }),
]);
export type Explained = z.infer<typeof explainedSchema>;

/** One text for each open item, or for what a reason is for, to be compared by. */
export function openItemKey(open: Explained): string {
  switch (open.open) {
    case 'organisation':
      return `organisation ${open.mspId}`;
    case 'goods':
      return `goods ${open.place} ${open.item}`;
    case 'place':
      return `place ${open.place}`;
  }
}

/** Whether one of these reasons, by their keys, is for an open item: its own, or that for its whole place. */
export function isExplained(open: OpenItem, reasons: ReadonlySet<string>): boolean {
  if (reasons.has(openItemKey(open))) return true;
  return open.open === 'goods' && reasons.has(openItemKey({ open: 'place', place: open.place }));
}

export const recallClosingSchema = z.strictObject({
  recallId: recallIdSchema,
  conclusion: recallTextSchema,
  /** Whether the goods are let go. Those of a mock recall always are; those of others stay on hold unless somebody says so. */
  release: z.boolean(),
  /** Why it is closed all the same, for each thing that is open. */
  reasons: z.array(z.strictObject({ item: explainedSchema, reason: recallTextSchema })).max(maxReasonsPerClosing),
});

export type RecallClosing = z.infer<typeof recallClosingSchema>;

/** Common to all that is recorded of a recall: whose it is and when, by the transaction's time. */
export const statedShape = { recallId: recallIdSchema, mspId: mspIdSchema, atMs: timeMsSchema };
