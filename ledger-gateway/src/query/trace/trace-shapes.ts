import { z } from 'zod';
import { asOfSchema } from '../freshness.ts';
import { conditionsSchema, quantitySchema } from '../shapes.ts';

export const directionSchema = z.enum(['back', 'forward', 'both']);
export type Direction = z.infer<typeof directionSchema>;

export const traceNodeSchema = z.object({
  /** Canonical identifier of goods and units; the GLN of a place. */
  id: z.string(),
  kind: z.enum(['lot', 'item', 'unit', 'place']),
  label: z.string(),
  gtin: z.string().nullable(),
  lot: z.string().nullable(),
  product: z.string().nullable(),
  custodian: z.string().nullable(),
  start: z.boolean(),
});
export type TraceNode = z.infer<typeof traceNodeSchema>;

export const traceEdgeSchema = z.object({
  from: z.string(),
  to: z.string(),
  /**
   * `transformed`: goods into goods; `packed`: a thing into a unit; `at`: a thing at a place; `shipped`: from place to
   * place, `of` a thing.
   */
  kind: z.enum(['transformed', 'packed', 'at', 'shipped']),
  of: z.string().nullable(),
  fromMs: z.int(),
  toMs: z.int().nullable(),
  amount: z.string().nullable(),
  uom: z.string().nullable(),
  /** The event that proves it, and the one that ends it. */
  event: z.string(),
  untilEvent: z.string().nullable(),
  transactionId: z.string().nullable(),
  block: z.int().nullable(),
});
export type TraceEdge = z.infer<typeof traceEdgeSchema>;

/**
 * Where a part of some goods is now, or what became of it. `held`: at `place`, loose or in `units`; `in-transit`: on the way to
 * `place`, in the sender's custody; `used`: went into a transformation at `place`; `gone`: left the ledger at `place`.
 */
export const affectedPartSchema = z.object({
  state: z.enum(['held', 'in-transit', 'used', 'gone']),
  /** GLN; where goods are on the way, that of the named receiver. */
  place: z.string().nullable(),
  /** GLN of the sender, for goods on the way. */
  from: z.string().nullable(),
  /** MSP id of who has it now, or had it last. */
  custodian: z.string().nullable(),
  /** At most so much: of goods that lie together nobody knows which part came from where. */
  quantity: quantitySchema,
  /** Units that it is in, the innermost first: canonical identifiers. */
  units: z.array(z.string()),
  how: z.enum(['destroyed', 'decommissioned', 'sold', 'removed']).nullable(),
  sinceMs: z.int(),
  /** Hash of the event that proves it. */
  event: z.string(),
});
export type AffectedPart = z.infer<typeof affectedPartSchema>;

const quantitiesSchema = z.array(quantitySchema);

export const affectedSchema = z.object({
  id: z.string(),
  kind: z.enum(['lot', 'item']),
  gtin: z.string().nullable(),
  lot: z.string().nullable(),
  serial: z.string().nullable(),
  product: z.string().nullable(),
  start: z.boolean(),
  /** Whether all of it was reached, or the parts below only. */
  whole: z.boolean(),
  /** Mass balance of the whole lot: entered = held + on the way + used + gone. Lists, since units need not convert. */
  balance: z.object({
    entered: quantitiesSchema,
    held: quantitiesSchema,
    inTransit: quantitiesSchema,
    used: quantitiesSchema,
    gone: quantitiesSchema,
    /** Received before any shipment of it was told of. */
    unexplained: quantitiesSchema,
    /** Share of what entered of which it is told what became: held, used or gone, in millionths; `null` for several units. */
    recoveryPpm: z.int().nullable(),
  }),
  parts: z.array(affectedPartSchema),
  /** Its times at places, loose or in units: `toMs` is null where it still is. */
  places: z.array(
    z.object({
      gln: z.string(),
      name: z.string().nullable(),
      custodian: z.string().nullable(),
      fromMs: z.int(),
      toMs: z.int().nullable(),
      /** So much came there in that time at most, and so much still is there. */
      arrived: quantitiesSchema,
      present: quantitiesSchema,
    }),
  ),
});
export type Affected = z.infer<typeof affectedSchema>;

export const transformationSchema = z.object({
  id: z.string(),
  place: z.string(),
  mspId: z.string(),
  timeMs: z.int(),
  inputs: z.int(),
  outputs: z.int(),
  /** Amounts of all inputs and outputs, by kinds of units. */
  used: quantitiesSchema,
  made: quantitiesSchema,
  /** Mass of all outputs to that of all inputs, in millionths; `null` where not all are stated as mass. */
  recoveryPpm: z.int().nullable(),
  event: z.string(),
});

export const findingKinds = [
  'cut-short',
  'shipment-overdue',
  'receipt-differs',
  'early-receipt',
  'origin-unknown',
  'leaves-network',
  'recovery-unknown',
  'mass-balance',
  'units-differ',
  'missing-data',
  'event-conflict',
  'error-declaration',
  'time-order',
  'mixed',
  'conditions-cut',
  'flagged',
] as const;

export const findingSchema = z.object({
  kind: z.enum(findingKinds),
  /** `gap`: something is missing or contradicts itself; `note`: the answer says more than is known for sure. */
  severity: z.enum(['gap', 'note']),
  message: z.string(),
  /** Canonical identifiers and GLNs concerned. */
  things: z.array(z.string()),
  events: z.array(z.string()),
});
export type Finding = z.infer<typeof findingSchema>;

export const completenessSchema = z.object({
  complete: z.boolean(),
  findings: z.array(findingSchema),
  /** How many there are in all. */
  total: z.int(),
});
export type Completeness = z.infer<typeof completenessSchema>;

export const traceSchema = z.object({
  start: z.string(),
  direction: directionSchema,
  nodes: z.array(traceNodeSchema),
  edges: z.array(traceEdgeSchema),
  /** Canonical identifiers of the lots reached, the start itself left out. */
  lots: z.array(z.string()),
  affected: z.array(affectedSchema),
  transformations: z.array(transformationSchema),
  completeness: completenessSchema,
  /** By lot, where they were asked for. */
  conditions: z.array(conditionsSchema.extend({ id: z.string() })).nullable(),
  truncated: z.boolean(),
  /** Time that the walk took here, in milliseconds. */
  ms: z.number(),
  ...asOfSchema.shape,
});
export type Trace = z.infer<typeof traceSchema>;
