import * as z from 'zod/mini';
import { assuranceSchema, evidenceSchema, placeSchema, quantitySchema } from './shapes.ts';

/** A stay at a place, alone or in units that were there. `departureMs` is `null` while it lasts. */
export const hopSchema = z.object({
  place: placeSchema,
  arrivalMs: z.int(),
  departureMs: z.nullable(z.int()),
  units: z.array(z.string()),
  bizStep: z.nullable(z.string()),
  arrived: z.nullable(evidenceSchema),
  left: z.nullable(evidenceSchema),
});
export type Hop = z.infer<typeof hopSchema>;

export const transitSchema = z.object({
  from: placeSchema,
  to: placeSchema,
  unit: z.nullable(z.string()),
  sentMs: z.int(),
  receivedMs: z.nullable(z.int()),
  /** What was sent and has not been received. */
  outstanding: z.nullable(quantitySchema),
  sent: z.nullable(evidenceSchema),
  received: z.nullable(evidenceSchema),
});
export type Transit = z.infer<typeof transitSchema>;

/** That something was in a unit. */
export const containmentSchema = z.object({
  item: z.string(),
  unit: z.string(),
  isUnit: z.boolean(),
  quantity: z.nullable(quantitySchema),
  fromMs: z.int(),
  toMs: z.nullable(z.int()),
  packed: z.nullable(evidenceSchema),
  unpacked: z.nullable(evidenceSchema),
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
  unit: z.nullable(z.string()),
  source: z.enum(['edge', 'limits']),
  rule: z.string(),
  min: z.nullable(z.int()),
  max: z.nullable(z.int()),
  fromMs: z.int(),
  toMs: z.int(),
  peak: z.int(),
  certainty: z.enum(['certain', 'possible', 'within-limits', 'no-limits']),
  assurance: z.nullable(assuranceSchema),
  place: z.nullable(z.string()),
  inUnit: z.nullable(z.string()),
});
export type Excursion = z.infer<typeof excursionSchema>;

const streamSchema = z.object({
  device: z.string(),
  stream: z.string(),
  unit: z.nullable(z.string()),
  assurance: assuranceSchema,
  /** Whether some of the figures are later than the device's calibration holds. */
  calibrationOverdue: z.boolean(),
  count: z.int(),
  min: z.int(),
  max: z.int(),
  mean: z.int(),
  intervalMs: z.int(),
  intervals: z.array(intervalSchema),
});
export type StreamConditions = z.infer<typeof streamSchema>;

const staySchema = z.object({
  place: z.nullable(placeSchema),
  unit: z.nullable(z.string()),
  fromMs: z.int(),
  toMs: z.nullable(z.int()),
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
