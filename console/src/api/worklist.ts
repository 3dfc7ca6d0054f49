import * as z from 'zod/mini';
import { request } from './request.ts';
import { asOfShape, evidenceSchema, placeSchema, quantitySchema } from './shapes.ts';

const stateSchema = z.enum(['open', 'resolved']);
const severitySchema = z.enum(['act', 'look', 'info']);
export type Severity = z.infer<typeof severitySchema>;

const workItemSchema = z.object({
  id: z.string(),
  kind: z.string(),
  severity: severitySchema,
  title: z.string(),
  state: stateSchema,
  resolvedBy: z.nullable(z.enum(['ledger', 'person'])),
  subject: z.nullable(
    z.object({
      id: z.string(),
      kind: z.string(),
      gtin: z.nullable(z.string()),
      lot: z.nullable(z.string()),
      product: z.nullable(z.string()),
    }),
  ),
  place: z.nullable(placeSchema),
  otherPlace: z.nullable(placeSchema),
  mspId: z.string(),
  otherMspId: z.nullable(z.string()),
  booked: z.nullable(quantitySchema),
  stated: z.nullable(quantitySchema),
  bookedMs: z.nullable(z.int()),
  statedMs: z.nullable(z.int()),
  outstanding: z.nullable(quantitySchema),
  eventId: z.nullable(z.string()),
  event: z.nullable(evidenceSchema),
  about: z.nullable(evidenceSchema),
  atMs: z.int(),
  block: z.int(),
  transactionId: z.string(),
  closed: z.nullable(z.object({ block: z.int(), transactionId: z.string() })),
  note: z.nullable(
    z.object({
      state: stateSchema,
      assignee: z.nullable(z.string()),
      note: z.nullable(z.string()),
      changedBy: z.string(),
      changedMs: z.int(),
    }),
  ),
});
/** Something that somebody should look at: marked by the chaincode, different from what was expected, or overdue. */
export type WorkItem = z.infer<typeof workItemSchema>;

const worklistSchema = z.object({ items: z.array(workItemSchema), next: z.nullable(z.string()), ...asOfShape });
export type Worklist = z.infer<typeof worklistSchema>;

const countsSchema = z.object({
  kinds: z.array(z.object({ kind: z.string(), severity: severitySchema, title: z.string(), count: z.int() })),
  ...asOfShape,
});
export type WorklistCounts = z.infer<typeof countsSchema>;

export interface WorklistFilter {
  readonly state: WorkItem['state'];
  readonly kind: string | null;
  /** Without it, what is only marked and in order is left out. */
  readonly severity: Severity | null;
  /** GLN at either end. */
  readonly place: string | null;
  /** Who looks after it, as the note has it. */
  readonly assignee: string | null;
  readonly scope: 'own' | 'all';
}

export function fetchWorklist(filter: WorklistFilter, after: string | null, signal: AbortSignal): Promise<Worklist> {
  const query = queryOf(filter);
  if (after !== null) query.set('after', after);
  return request(`/api/worklist?${query}`, worklistSchema, { signal });
}

/** How many there are of each kind, whichever kind is chosen. Throws ApiError. */
export function fetchWorklistCounts(filter: WorklistFilter, signal: AbortSignal): Promise<WorklistCounts> {
  return request(`/api/worklist/counts?${queryOf({ ...filter, kind: null })}`, countsSchema, { signal });
}

function queryOf({ state, scope, ...choices }: WorklistFilter): URLSearchParams {
  const query = new URLSearchParams({ state, scope });
  for (const [name, value] of Object.entries(choices)) if (value !== null) query.set(name, value);
  return query;
}

/** What somebody says of a work item; what is absent stays as it was. */
export interface WorkNote {
  readonly state?: WorkItem['state'];
  readonly assignee?: string | null;
  readonly note?: string | null;
}

export function noteWorkItem(id: string, note: WorkNote): Promise<WorkItem> {
  return request(`/api/worklist/${encodeURIComponent(id)}`, workItemSchema, { method: 'PATCH', json: note });
}
