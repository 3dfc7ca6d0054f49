import * as z from 'zod/mini';

/** Parts that several answers share. Times are milliseconds since 1970; measured values thousandths of their unit. */

/** As of which block an answer speaks. `lagMs`: how long the projection has been behind the ledger. */
export const asOfShape = {
  asOf: z.object({ height: z.int(), blockTimeMs: z.int(), ledgerHeight: z.int(), lagMs: z.int() }),
  stale: z.boolean(),
};
const asOfSchema = z.object(asOfShape);
export type AsOf = z.infer<typeof asOfSchema>;

export const evidenceSchema = z.object({
  event: z.string(),
  bizStep: z.nullable(z.string()),
  timeMs: z.int(),
  mspId: z.string(),
  signer: z.string(),
  transactionId: z.string(),
  block: z.int(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export const placeSchema = z.object({
  gln: z.string(),
  name: z.nullable(z.string()),
  kind: z.nullable(z.string()),
  custodian: z.nullable(z.string()),
});
export type Place = z.infer<typeof placeSchema>;

export const quantitySchema = z.object({ amount: z.string(), uom: z.nullable(z.string()) });

export const ruleSchema = z.object({
  id: z.string(),
  stream: z.string(),
  unit: z.string(),
  min: z.nullable(z.int()),
  max: z.nullable(z.int()),
  durationMs: z.int(),
});
export type Rule = z.infer<typeof ruleSchema>;

export const assuranceSchema = z.enum(['device-signed', 'session-authenticated']);
