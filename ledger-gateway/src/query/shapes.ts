import { z } from 'zod';

/** Parts that several answers share. Times are milliseconds since 1970; measured values thousandths of their unit. */

/** The event that proves something, with the transaction and block that hold it. */
export const evidenceSchema = z.object({
  event: z.string(),
  type: z.string(),
  bizStep: z.string().nullable(),
  disposition: z.string().nullable(),
  timeMs: z.int(),
  mspId: z.string(),
  signer: z.string(),
  transactionId: z.string(),
  block: z.int(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export const placeSchema = z.object({
  gln: z.string(),
  name: z.string().nullable(),
  kind: z.string().nullable(),
  /** MSP id of the organisation whose place it is: who has custody of what is there. */
  custodian: z.string().nullable(),
});
export type Place = z.infer<typeof placeSchema>;

export const quantitySchema = z.object({ amount: z.string(), uom: z.string().nullable() });

/** A stay at a place: alone, or in a unit that was there. Several stays at one place that touch are one hop. */
export const hopSchema = z.object({
  place: placeSchema,
  arrivalMs: z.int(),
  departureMs: z.int().nullable(),
  /** Units that it came or stayed in, canonical identifiers. */
  units: z.array(z.string()),
  bizStep: z.string().nullable(),
  arrived: evidenceSchema.nullable(),
  left: evidenceSchema.nullable(),
});
export type Hop = z.infer<typeof hopSchema>;

export const transitSchema = z.object({
  from: placeSchema,
  to: placeSchema,
  unit: z.string().nullable(),
  sentMs: z.int(),
  /** When it arrived, or the last part of it that did. */
  receivedMs: z.int().nullable(),
  /** What was sent and has not been received. */
  outstanding: quantitySchema.nullable(),
  sent: evidenceSchema.nullable(),
  received: evidenceSchema.nullable(),
});
export type Transit = z.infer<typeof transitSchema>;

/** What was in a unit, or in which units something was. */
export const containmentSchema = z.object({
  item: z.string(),
  unit: z.string(),
  isUnit: z.boolean(),
  quantity: quantitySchema.nullable(),
  fromMs: z.int(),
  toMs: z.int().nullable(),
  packed: evidenceSchema.nullable(),
  unpacked: evidenceSchema.nullable(),
});
export type Containment = z.infer<typeof containmentSchema>;

export const intervalSchema = z.object({
  startMs: z.int(),
  count: z.int(),
  min: z.int(),
  max: z.int(),
  mean: z.int(),
});
export type Interval = z.infer<typeof intervalSchema>;

export const excursionSchema = z.object({
  device: z.string(),
  stream: z.string(),
  unit: z.string().nullable(),
  /** `edge`: the edge node's own finding by the device's rule; `limits`: the product's limits over the figures. */
  source: z.enum(['edge', 'limits']),
  rule: z.string(),
  min: z.int().nullable(),
  max: z.int().nullable(),
  fromMs: z.int(),
  toMs: z.int(),
  peak: z.int(),
  /** Whether the product's limits are broken for sure; figures per interval can leave it open. */
  certainty: z.enum(['certain', 'possible', 'within-limits', 'no-limits']),
  assurance: z.enum(['device-signed', 'session-authenticated']).nullable(),
  place: z.string().nullable(),
  inUnit: z.string().nullable(),
});
export type FoundExcursion = z.infer<typeof excursionSchema>;

export const streamConditionsSchema = z.object({
  device: z.string(),
  stream: z.string(),
  unit: z.string().nullable(),
  assurance: z.enum(['device-signed', 'session-authenticated']),
  /** Until when the device's calibration on the ledger holds; overdue where some of these figures are later. */
  calibrationDueMs: z.int().nullable(),
  calibrationOverdue: z.boolean(),
  count: z.int(),
  min: z.int(),
  max: z.int(),
  mean: z.int(),
  intervalMs: z.int(),
  intervals: z.array(intervalSchema),
});

/** Conditions during a stay at a place (from the probes of the place) or in a unit (from the trackers with it). */
export const stayConditionsSchema = z.object({
  place: placeSchema.nullable(),
  unit: z.string().nullable(),
  fromMs: z.int(),
  toMs: z.int().nullable(),
  streams: z.array(streamConditionsSchema),
});
export type StayConditions = z.infer<typeof stayConditionsSchema>;

export const conditionsSchema = z.object({
  stays: z.array(stayConditionsSchema),
  excursions: z.array(excursionSchema),
  /** Batches of the devices concerned whose figures have not reached this gateway: what they hold is unknown here. */
  missingSummaries: z.int(),
  /** Whether figures were left out because there were too many. */
  truncated: z.boolean(),
});
export type Conditions = z.infer<typeof conditionsSchema>;
