import * as z from 'zod/mini';
import { request, requestNothing } from './request.ts';
import { asOfShape, placeSchema, quantitySchema } from './shapes.ts';

const recordShape = {
  recallId: z.string(),
  mspId: z.string(),
  kind: z.enum(['mock', 'voluntary', 'mandatory']),
  class: z.nullable(z.string()),
  reason: z.string(),
  authority: z.nullable(z.string()),
  returnTo: z.array(z.string()),
  lots: z.int(),
  version: z.int(),
  state: z.enum(['open', 'closed']),
  openedAtMs: z.int(),
  closedAtMs: z.nullable(z.int()),
  conclusion: z.nullable(z.string()),
};
const recordSchema = z.object(recordShape);
/** A recall as the ledger has it. */
export type RecallRecord = z.infer<typeof recordSchema>;

const entrySchema = z.object({
  recall: recordSchema,
  openedBy: z.string(),
  isOwn: z.boolean(),
  isAddressed: z.boolean(),
  addressees: z.int(),
  acknowledged: z.int(),
  awaitsMe: z.boolean(),
});
export type RecallEntry = z.infer<typeof entrySchema>;

const recallsSchema = z.object({ recalls: z.array(entrySchema), next: z.nullable(z.string()), ...asOfShape });
export type Recalls = z.infer<typeof recallsSchema>;

const noticeSchema = z.object({
  id: z.string(),
  contact: z.string(),
  escalation: z.boolean(),
  state: z.optional(z.string()),
  reason: z.optional(z.nullable(z.string())),
});
export type RecallNotice = z.infer<typeof noticeSchema>;

const organisationSchema = z.object({
  mspId: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  notifiedAtMs: z.nullable(z.int()),
  acknowledgement: z.nullable(
    z.object({ version: z.int(), atMs: z.int(), by: z.string(), note: z.nullable(z.string()) }),
  ),
  isCurrent: z.boolean(),
  lines: z.int(),
  linesFound: z.int(),
  notices: z.array(noticeSchema),
  escalation: z.nullable(z.object({ contact: z.string(), dueMs: z.int() })),
  noContact: z.boolean(),
});
export type RecallOrganisation = z.infer<typeof organisationSchema>;

const lineSchema = z.object({
  place: z.string(),
  mspId: z.nullable(z.string()),
  item: z.string(),
  expected: z.nullable(quantitySchema),
  soldBefore: z.nullable(quantitySchema),
  finding: z.nullable(
    z.object({
      quarantined: z.string(),
      returned: z.string(),
      destroyed: z.string(),
      sold: z.string(),
      notFound: z.string(),
      uom: z.nullable(z.string()),
      note: z.nullable(z.string()),
      atMs: z.int(),
    }),
  ),
  recovered: z.nullable(quantitySchema),
  open: z.nullable(quantitySchema),
});
/** A lot at a place: what was expected there, and what was found. */
export type RecallLine = z.infer<typeof lineSchema>;

const lotSchema = z.object({
  item: z.string(),
  gtin: z.nullable(z.string()),
  lot: z.nullable(z.string()),
  serial: z.nullable(z.string()),
  product: z.nullable(z.string()),
  via: z.nullable(z.string()),
  toVersion: z.nullable(z.int()),
  onHold: z.boolean(),
});
export type RecallLot = z.infer<typeof lotSchema>;

const stepSchema = z.object({
  mspId: z.string(),
  atMs: z.int(),
  transactionId: z.string(),
  block: z.int(),
  /** What a step says besides its name depends on the step. */
  act: z.object({
    step: z.string(),
    reason: z.optional(z.string()),
    conclusion: z.optional(z.string()),
    by: z.optional(z.string()),
    version: z.optional(z.int()),
    added: z.optional(z.int()),
    removed: z.optional(z.int()),
    addressees: z.optional(z.array(z.string())),
    outside: z.optional(z.array(z.string())),
    findings: z.optional(z.array(z.object({ place: z.string(), item: z.string() }))),
  }),
});
export type RecallStep = z.infer<typeof stepSchema>;

const recallSchema = z.object({
  recall: recordSchema,
  openedBy: z.string(),
  enforced: z.boolean(),
  lots: z.array(lotSchema),
  lotsToCome: z.int(),
  missing: z.array(z.string()),
  organisations: z.array(organisationSchema),
  outside: z.array(
    z.object({
      gln: z.string(),
      notifiedAtMs: z.nullable(z.int()),
      noContact: z.boolean(),
      notices: z.array(noticeSchema),
    }),
  ),
  lines: z.array(lineSchema),
  totals: z.array(
    z.object({ uom: z.string(), expected: z.string(), recovered: z.string(), sold: z.string(), open: z.string() }),
  ),
  places: z.array(placeSchema),
  times: z.object({
    startedMs: z.int(),
    timeToScopeMs: z.int(),
    timeToHoldMs: z.nullable(z.int()),
    timeToAcknowledgementsMs: z.nullable(z.int()),
  }),
  recoveryPercent: z.nullable(z.number()),
  effectivenessPercent: z.nullable(z.number()),
  evidence: z.array(z.object({ version: z.int(), isHere: z.boolean() })),
  steps: z.array(stepSchema),
  stepsTruncated: z.boolean(),
  ...asOfShape,
});
/** A recall as it stands, live. */
export type Recall = z.infer<typeof recallSchema>;

/** What was found of a lot at a place, all of it: it replaces what was said before. Amounts are decimal texts. */
export interface Finding {
  readonly place: string;
  readonly item: string;
  readonly uom: string | null;
  readonly quarantined: string;
  readonly returned: string;
  readonly destroyed: string;
  readonly sold: string;
  readonly notFound: string;
  readonly note: string | null;
}

/** A commit on the ledger, and the gateway's own projection of it. */
const commitMs = 60_000;

export function fetchRecalls(
  state: 'open' | 'closed' | null,
  before: string | null,
  signal: AbortSignal,
): Promise<Recalls> {
  const query = new URLSearchParams();
  if (state !== null) query.set('state', state);
  if (before !== null) query.set('before', before);
  return request(`/api/recalls?${query}`, recallsSchema, { signal });
}

/** Open recalls and exercises that have this lot or item in their scope. */
export async function fetchRecallsOf(item: string, signal: AbortSignal): Promise<readonly RecallEntry[]> {
  const query = new URLSearchParams({ state: 'open', item });
  return (await request(`/api/recalls?${query}`, recallsSchema, { signal })).recalls;
}

export function fetchRecall(recallId: string, signal: AbortSignal): Promise<Recall> {
  return request(pathOf(recallId), recallSchema, { signal });
}

/** Acknowledges a version of a recall in the organisation's name; on the ledger when it returns. */
export function acknowledgeRecall(recallId: string, version: number, note: string | null): Promise<void> {
  return requestNothing(`${pathOf(recallId)}/acknowledgements`, {
    method: 'POST',
    json: { version, note },
    timeoutMs: commitMs,
  });
}

/** Says what was found at own places; on the ledger when it returns. */
export function recordFindings(recallId: string, findings: readonly Finding[]): Promise<void> {
  return requestNothing(`${pathOf(recallId)}/findings`, { method: 'POST', json: { findings }, timeoutMs: commitMs });
}

/** Address of the report, a page to print. */
export function reportPath(recallId: string): string {
  return `${pathOf(recallId)}/report`;
}

/** Where a recall is found in the gateway's interface. */
export function pathOf(recallId: string): string {
  return `/api/recalls/${encodeURIComponent(recallId)}`;
}
