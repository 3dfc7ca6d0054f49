import { z } from 'zod';
import { digestSchema, glnSchema, mspIdSchema, timeMsSchema } from '../registry/records.ts';
import { stateVersion } from './state-registry.ts';

const maxIdChars = 400;

/** Goods by canonical identifier: the Digital Link of a lot (LGTIN) or of one item (SGTIN), or a private URI. */
export const itemSchema = z.string().min(1).max(maxIdChars);
/** What holds goods and moves with them, by canonical identifier: an SSCC, GRAI or GIAI, or whatever was packed into. */
export const unitIdSchema = z.string().min(1).max(maxIdChars);
/** The CBV event hash, `ni:///sha-256;{hex}?ver=CBV2.0`. */
export const eventHashSchema = z.string().min(1).max(200);
/** An event's place in the state: its hash, and the digest of its error declaration (hexadecimal) where it has one. */
export const eventRefSchema = z.strictObject({
  event: eventHashSchema,
  declaration: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});
export type EventRef = z.infer<typeof eventRefSchema>;

/** An exact amount: decimal text and a UN/CEFACT Rec. 20 code, `null` for a count of instances. */
export const amountSchema = z.strictObject({
  amount: z.string().regex(/^\d{1,40}(\.\d{1,40})?$/, 'a decimal number'),
  uom: z
    .string()
    .regex(/^[A-Z0-9]{2,3}$/)
    .nullable(),
});

/**
 * How goods came to be on the ledger: `declared` from outside the network by somebody's word (commissioning, harvest), or
 * made on the `network` out of goods that were on it. Goods that are a mixture count as declared.
 */
export const originSchema = z.enum(['declared', 'network']);
export type Origin = z.infer<typeof originSchema>;

/** Goods with their amount and origin, as they lie in a unit or a shipment. */
const lineShape = { item: itemSchema, ...amountSchema.shape, origin: originSchema };
export const lineSchema = z.strictObject(lineShape);
export type Line = z.infer<typeof lineSchema>;

/** Last stated disposition: a bare CBV term or somebody's own URI. */
const dispositionSchema = z.string().max(200).nullable();

/**
 * `holding` [item, place]: what of an item lies loose at a place, not in any unit. Deleted when nothing is left. Its
 * custodian is the organisation of the place.
 */
export const holdingRecordSchema = z.strictObject({
  schema: stateVersion,
  ...lineShape,
  place: glnSchema,
  custodian: mspIdSchema,
  disposition: dispositionSchema,
  /** The event that changed it last, and when that was by the event's own time. */
  event: eventHashSchema,
  sinceMs: timeMsSchema,
  /** The earliest event time at which any of it came there: what leaves earlier left before it came. */
  firstMs: timeMsSchema.optional(),
});
export type HoldingRecord = z.infer<typeof holdingRecordSchema>;

/** Where a unit is: at a place, inside another unit, or on the way under the shipping event. */
export const unitLocationSchema = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('place'), place: glnSchema }),
  z.strictObject({ at: z.literal('unit'), unit: unitIdSchema }),
  z.strictObject({ at: z.literal('transit'), shipment: eventHashSchema, from: glnSchema, to: glnSchema }),
]);
export type UnitLocation = z.infer<typeof unitLocationSchema>;

export const maxContentsPerUnit = 500;

/**
 * `unit` [unit]. What lies in a unit moves with it and has no holding of its own. `custodian` is `null` while the unit
 * is inside another: then that of the outermost one counts. On the way it is still the sender.
 */
export const unitRecordSchema = z.strictObject({
  schema: stateVersion,
  unit: unitIdSchema,
  location: unitLocationSchema,
  custodian: mspIdSchema.nullable(),
  items: z.array(lineSchema).max(maxContentsPerUnit),
  units: z.array(unitIdSchema).max(maxContentsPerUnit),
  disposition: dispositionSchema,
  event: eventHashSchema,
  sinceMs: timeMsSchema,
});
export type UnitRecord = z.infer<typeof unitRecordSchema>;

/** `containment` [item, unit]: that a unit directly holds some of an item. Deleted when it holds none any more. */
export const containmentRecordSchema = z.strictObject({ schema: stateVersion, ...lineShape, unit: unitIdSchema });
export type ContainmentRecord = z.infer<typeof containmentRecordSchema>;

/**
 * `transit` [to, item, shipment]: loose goods on the way. Deleted when all that was sent has been received. Units on
 * the way say so themselves (`UnitLocation`).
 */
export const transitRecordSchema = z.strictObject({
  schema: stateVersion,
  ...lineShape,
  shipment: eventHashSchema,
  from: glnSchema,
  /** GLN of the named receiver's place, or of the party where no place was named. */
  to: glnSchema,
  custodian: mspIdSchema,
  /** What was sent in all; `amount` is what has not been received yet. Both in `uom`. */
  sent: amountSchema.shape.amount,
  /** What the receiver sent back without having taken it over. */
  refused: amountSchema.shape.amount.optional(),
  disposition: dispositionSchema,
  sentAtMs: timeMsSchema,
});
export type TransitRecord = z.infer<typeof transitRecordSchema>;

/**
 * `discrepancy` [shipment, item]: a receipt that differs from what was sent, with both numbers. A later receipt of the
 * rest brings it up to date; `settled` once the two agree. `refused`: the receiver sent some of it back without taking it
 * over. `units`: it was received in a unit of measure that does not convert to the one it was sent in.
 */
export const discrepancyRecordSchema = z.strictObject({
  schema: stateVersion,
  shipment: eventHashSchema,
  item: itemSchema,
  kind: z.enum(['short', 'over', 'refused', 'units', 'settled']),
  sent: amountSchema.shape.amount,
  received: amountSchema.shape.amount,
  refused: amountSchema.shape.amount.optional(),
  uom: amountSchema.shape.uom,
  /** Unit of `received` where it is another than that of `sent`. */
  receivedUom: amountSchema.shape.uom.optional(),
  from: glnSchema,
  to: glnSchema,
  sender: mspIdSchema,
  receiver: mspIdSchema,
  /** The last receiving event. */
  event: eventHashSchema,
  atMs: timeMsSchema,
});
export type DiscrepancyRecord = z.infer<typeof discrepancyRecordSchema>;

/** Receipts of one item at one place that wait for their shipments. What comes beyond enters as from outside. */
export const maxEarlyReceipts = 200;

/**
 * `early` [to, item, receipt]: what was received before its shipment. The goods are there from the receipt on, on the
 * receiver's word; a shipment to `to` that comes later is matched with it. Deleted when all of it is matched. A unit has
 * `noAttribute` in place of `to`, and the amount of one.
 */
export const earlyRecordSchema = z.strictObject({
  schema: stateVersion,
  /** `amount` is what no shipment has explained yet. */
  ...lineShape,
  unit: z.boolean(),
  /** What was received in all, in `uom`. */
  received: amountSchema.shape.amount,
  /** Where the goods were put. */
  place: glnSchema,
  to: glnSchema,
  mspId: mspIdSchema,
  /** GLNs that the receipt named as its source; a shipment from elsewhere is another one. Empty: from anywhere. */
  sources: z.array(glnSchema).max(20),
  /** The organisation that still held the unit, with its consent; `null` where nobody on the ledger did. */
  holder: mspIdSchema.nullable(),
  /** The shipment that was matched with a part of it last. */
  shipment: eventHashSchema.nullable(),
  event: eventHashSchema,
  atMs: timeMsSchema,
});
export type EarlyRecord = z.infer<typeof earlyRecordSchema>;

/** Shortfalls of one item in one place or unit that wait for an explanation. Beyond it only the events tell of them. */
export const maxShortfalls = 100;

/**
 * `shortfall` [where, item, event]: goods that were moved without being there, or without there being enough of them. What
 * was missing entered by a declared origin. An event that comes later, and says that goods had come there before, explains
 * it: that much of the declared entry is taken back. Deleted when all of it is explained. `where` is a GLN or a unit.
 */
export const shortfallRecordSchema = z.strictObject({
  schema: stateVersion,
  item: itemSchema,
  where: z.string().min(1).max(maxIdChars),
  /** What was there and what was needed; both numbers as their events stated them. */
  held: amountSchema,
  needed: amountSchema,
  /** What entered by declaration, and how much of it nothing has explained yet. */
  entered: amountSchema.shape.amount,
  open: amountSchema.shape.amount,
  /** What was on the way to there and was taken for received; a receipt of it that comes late changes nothing. */
  assumed: amountSchema.shape.amount,
  uom: amountSchema.shape.uom,
  mspId: mspIdSchema,
  event: eventHashSchema,
  atMs: timeMsSchema,
});
export type ShortfallRecord = z.infer<typeof shortfallRecordSchema>;

export const maxTransformationLines = 1000;

/**
 * `transformation` [id]: the event's transformationID, or the hash of an event without one. Events that share an id add
 * to one record. `yieldPpm`: mass of all outputs in millionths of that of all inputs, rounded down; `null` where the two
 * cannot be compared (no inputs yet, or units that are not mass).
 */
export const transformationRecordSchema = z.strictObject({
  schema: stateVersion,
  id: z.string().min(1).max(maxIdChars),
  mspId: mspIdSchema,
  place: glnSchema,
  inputs: z.array(lineSchema).max(maxTransformationLines),
  outputs: z.array(lineSchema).max(maxTransformationLines),
  yieldPpm: z.int().min(0).nullable(),
  event: eventHashSchema,
  atMs: timeMsSchema,
});
export type TransformationRecord = z.infer<typeof transformationRecordSchema>;

/**
 * `association` [parent, child]: that something travels with something else, as a tracker with a pallet. The record
 * holds the latest stretch of time; earlier ones are in the events.
 */
export const associationRecordSchema = z.strictObject({
  schema: stateVersion,
  parent: z.string().min(1).max(maxIdChars),
  child: z.string().min(1).max(maxIdChars),
  mspId: mspIdSchema,
  fromMs: timeMsSchema,
  toMs: timeMsSchema.nullable(),
  fromEvent: eventHashSchema,
  toEvent: eventHashSchema.nullable(),
});
export type AssociationRecord = z.infer<typeof associationRecordSchema>;

/**
 * `item` [item]: where an item first came onto the ledger. Written once; a serial number that has one is not
 * commissioned again.
 */
export const itemRecordSchema = z.strictObject({
  schema: stateVersion,
  item: itemSchema,
  origin: originSchema,
  mspId: mspIdSchema,
  place: glnSchema,
  event: eventHashSchema,
  atMs: timeMsSchema,
  /** Of a single item: the lot that it is of, by canonical link, where that event says so. A hold on the lot holds it. */
  lot: itemSchema.optional(),
});
export type ItemRecord = z.infer<typeof itemRecordSchema>;

/** `event-id` [mspId, eventId]: which event an organisation gave its own eventID to first, and which others later. */
export const eventIdRecordSchema = z.strictObject({
  schema: stateVersion,
  mspId: mspIdSchema,
  eventId: z.string().min(1).max(maxIdChars),
  first: eventRefSchema,
  others: z.array(eventRefSchema).max(100),
});
export type EventIdRecord = z.infer<typeof eventIdRecordSchema>;

/**
 * One end of a movement. `outside` is where declared goods come from (and go back to, where a late event explains them);
 * `difference` what an over-delivery came from; `early` stands between a receipt and the shipment that comes after it: it
 * owes what was received until shipments have paid it back.
 */
export const movementEndSchema = z.discriminatedUnion('at', [
  ...unitLocationSchema.options,
  z.strictObject({ at: z.literal('outside') }),
  z.strictObject({ at: z.literal('difference'), shipment: eventHashSchema }),
  z.strictObject({ at: z.literal('early'), receipt: eventHashSchema }),
  z.strictObject({ at: z.literal('transformation'), id: z.string().min(1).max(maxIdChars) }),
  z.strictObject({ at: z.literal('gone'), how: z.enum(['destroyed', 'decommissioned', 'sold', 'removed']) }),
]);
export type MovementEnd = z.infer<typeof movementEndSchema>;

/**
 * What an event did, as double entry: goods (`item`, with amount) or a whole unit went from one end to the other. The
 * sum of all movements is the state of holdings, units, shipments and early receipts.
 */
export const movementSchema = z.union([
  z.strictObject({ ...lineShape, from: movementEndSchema, to: movementEndSchema }),
  z.strictObject({ unit: unitIdSchema, from: movementEndSchema, to: movementEndSchema }),
]);
export type Movement = z.infer<typeof movementSchema>;

/**
 * What became of an event: `applied` changed holdings, units or associations; `observed` changed nothing, as it should;
 * `declared-error` carries an error declaration and `conflict` an eventID that its organisation gave to other content
 * before: both are recorded, visible, and change nothing. `duplicate` (in answers only) was on the ledger already.
 */
export const eventOutcomeSchema = z.enum(['applied', 'observed', 'declared-error', 'conflict']);
export type EventOutcome = z.infer<typeof eventOutcomeSchema>;

/** Something about an event that somebody should look at. */
export const eventFlagSchema = z.enum([
  'declared-origin',
  'event-id-conflict',
  'error-declaration',
  'void-shipping',
  'receiver-outside',
  'received-short',
  'received-over',
  'returned-to-sender',
  'yield-unknown',
  'already-associated',
  'not-associated',
  // What a tolerant policy lets through.
  'not-held',
  'received-early',
  'mass-balance',
  'units-differ',
  'receipt-missing',
  // What later events put right.
  'shipped-late',
  'packed-late',
  'explains-shortfall',
  'already-received',
  // What disagrees, under any policy.
  'time-order',
  'contents-differ',
  'refused-by-receiver',
]);
export type EventFlag = z.infer<typeof eventFlagSchema>;

/**
 * Why an event has a flag: both numbers, what the books said and what the event states. Which they are follows from the
 * flag. Amounts for `not-held` (there, needed), `received-early` (on the way, received), `mass-balance` (in, out),
 * `units-differ` and `contents-differ`; times for `time-order`. `ref` is the earlier event that it is about.
 */
export const remarkSchema = z.strictObject({
  flag: eventFlagSchema,
  /** Item, unit or transformation. */
  subject: z.string().min(1).max(maxIdChars),
  booked: amountSchema.nullable(),
  stated: amountSchema.nullable(),
  bookedMs: timeMsSchema.nullable(),
  statedMs: timeMsSchema.nullable(),
  ref: eventHashSchema.nullable(),
});
export type Remark = z.infer<typeof remarkSchema>;

/**
 * `event` [hash, digest of the error declaration or `-`]. The whole event stands in the block, in the capture statement
 * that is the transaction's argument, at `position` of its document's event list.
 */
export const eventRecordSchema = z.strictObject({
  schema: stateVersion,
  ...eventRefSchema.shape,
  /** The sender's own eventID, where it has one that is not the hash itself. */
  eventId: z.string().max(maxIdChars).nullable(),
  type: z.enum(['ObjectEvent', 'AggregationEvent', 'TransactionEvent', 'TransformationEvent', 'AssociationEvent']),
  bizStep: z.string().max(200).nullable(),
  eventTimeMs: timeMsSchema,
  /** GLN of the read point (or else the business location), where the event has one. */
  place: glnSchema.nullable(),
  mspId: mspIdSchema,
  signer: z.string().max(200),
  kid: digestSchema,
  position: z.int().min(0),
  outcome: eventOutcomeSchema,
  flags: z.array(eventFlagSchema),
  /** Absent where no flag has more to say. */
  remarks: z.array(remarkSchema).optional(),
  movements: z.array(movementSchema),
  /** Time of the transaction. */
  recordedAtMs: timeMsSchema,
});
export type EventRecord = z.infer<typeof eventRecordSchema>;
