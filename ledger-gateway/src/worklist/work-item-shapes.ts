import { glnSchema } from '@hopline/protocol';
import { canonicalLink } from '@hopline/protocol/gs1';
import { z } from 'zod';
import { identify } from '../projection/item-row.ts';
import { type WorkItemKind, workItemKinds } from '../projection/work-item-kinds.ts';
import { asOfSchema } from '../query/freshness.ts';
import { evidenceSchema, placeSchema, quantitySchema } from '../query/shapes.ts';
import { worklistLimits } from './limits.ts';

const kinds = Object.keys(workItemKinds) as [WorkItemKind, ...WorkItemKind[]];
const stateSchema = z.enum(['open', 'resolved']);
const severitySchema = z.enum(['act', 'look', 'info']);

/** A GS1 key as work items have it; any other identifier as it is. */
function canonicalItem(text: string): string {
  const key = identify(text);
  return key === null ? text : canonicalLink(key);
}

const filterShape = {
  state: stateSchema.default('open'),
  kind: z.enum(kinds).optional(),
  /** Without it (and without a kind), what is only marked and in order is left out. */
  severity: severitySchema.optional(),
  /** GLN at either end of a hand-over. */
  place: glnSchema.optional(),
  /** Identifier of a lot, item or unit, as URN, Digital Link or element string. */
  item: z.string().min(1).max(400).transform(canonicalItem).optional(),
  assignee: z.string().min(1).max(worklistLimits.maxAssigneeChars).optional(),
  /** `own`: of this gateway's organisation, or with it at the other end. */
  scope: z.enum(['own', 'all']).default('own'),
  overdueAfterMs: z.coerce
    .number()
    .int()
    .min(0)
    .max(worklistLimits.maxOverdueAfterMs)
    .default(worklistLimits.defaultOverdueAfterMs),
};

/** Which work items are counted. */
export const worklistFilterSchema = z.object(filterShape);

export const worklistQuerySchema = z.object({
  ...filterShape,
  /** `next` of the page before. */
  after: z
    .string()
    .regex(/^\d{1,15}\.[A-Za-z0-9_-]{22}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(worklistLimits.maxItemsPerPage).default(50),
});

export const workItemSchema = z.object({
  id: z.string(),
  kind: z.enum(kinds),
  severity: severitySchema,
  title: z.string(),
  state: stateSchema,
  /** Who closed it: a later event on the ledger, or a person. */
  resolvedBy: z.enum(['ledger', 'person']).nullable(),
  subject: z
    .object({
      id: z.string(),
      kind: z.string(),
      gtin: z.string().nullable(),
      lot: z.string().nullable(),
      product: z.string().nullable(),
    })
    .nullable(),
  place: placeSchema.nullable(),
  otherPlace: placeSchema.nullable(),
  mspId: z.string(),
  otherMspId: z.string().nullable(),
  /** What the books said, and what the event states: amounts, or times. */
  booked: quantitySchema.nullable(),
  stated: quantitySchema.nullable(),
  bookedMs: z.int().nullable(),
  statedMs: z.int().nullable(),
  /** What is still on the way, of an overdue shipment. */
  outstanding: quantitySchema.nullable(),
  eventId: z.string().nullable(),
  event: evidenceSchema.nullable(),
  /** The earlier event that it is about. */
  about: evidenceSchema.nullable(),
  atMs: z.int(),
  recordedMs: z.int(),
  ageMs: z.int(),
  /** The block and transaction that changed it last, and those that closed it. */
  block: z.int(),
  transactionId: z.string(),
  closed: z.object({ block: z.int(), transactionId: z.string() }).nullable(),
  note: z
    .object({
      state: stateSchema,
      assignee: z.string().nullable(),
      note: z.string().nullable(),
      changedBy: z.string(),
      changedMs: z.int(),
    })
    .nullable(),
});
export type WorkItem = z.infer<typeof workItemSchema>;

export const worklistSchema = z.object({
  items: z.array(workItemSchema),
  next: z.string().nullable(),
  ...asOfSchema.shape,
});

export const worklistCountsSchema = z.object({
  kinds: z.array(z.object({ kind: z.enum(kinds), severity: severitySchema, title: z.string(), count: z.int() })),
  ...asOfSchema.shape,
});
