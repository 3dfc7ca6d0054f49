import { z } from 'zod';
import { assuranceSchema, evidenceSchema, placeSchema, quantitySchema } from './shapes.ts';

/** A stay at a place, alone or in units that were there. `departureMs` is `null` while it lasts. */
export const hopSchema = z.object({
  place: placeSchema,
  arrivalMs: z.int(),
  departureMs: z.int().nullable(),
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
  receivedMs: z.int().nullable(),
  sent: evidenceSchema.nullable(),
  received: evidenceSchema.nullable(),
});
export type Transit = z.infer<typeof transitSchema>;

/** That something was in a unit. */
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

const intervalSchema = z.object({ startMs: z.int(), count: z.int(), min: z.int(), max: z.int(), mean: z.int() });
export type Interval = z.infer<typeof intervalSchema>;

/**
 * Something outside a rule. `source`: found by the edge node by the device's rule, or by the product's limits over the
 * figures. `certainty` is about the product's limits.
 */
const excursionSchema = z.object({
  device: z.string(),
  stream: z.string(),
  unit: z.string().nullable(),
  source: z.enum(['edge', 'limits']),
  rule: z.string(),
  min: z.int().nullable(),
  max: z.int().nullable(),
  fromMs: z.int(),
  toMs: z.int(),
  peak: z.int(),
  certainty: z.enum(['certain', 'possible', 'within-limits', 'no-limits']),
  assurance: assuranceSchema.nullable(),
  place: z.string().nullable(),
  inUnit: z.string().nullable(),
});
export type Excursion = z.infer<typeof excursionSchema>;

const streamSchema = z.object({
  device: z.string(),
  stream: z.string(),
  unit: z.string().nullable(),
  assurance: assuranceSchema,
  count: z.int(),
  min: z.int(),
  max: z.int(),
  mean: z.int(),
  intervalMs: z.int(),
  intervals: z.array(intervalSchema),
});
export type StreamConditions = z.infer<typeof streamSchema>;

const staySchema = z.object({
  place: placeSchema.nullable(),
  unit: z.string().nullable(),
  fromMs: z.int(),
  toMs: z.int().nullable(),
  streams: z.array(streamSchema),
});
export type Stay = z.infer<typeof staySchema>;

/** What devices measured during stays. `missingSummaries`: batches whose figures have not reached this gateway. */
export const conditionsSchema = z.object({
  stays: z.array(staySchema),
  excursions: z.array(excursionSchema),
  missingSummaries: z.int(),
  truncated: z.boolean(),
});
export type Conditions = z.infer<typeof conditionsSchema>;
