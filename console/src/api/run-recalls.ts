import * as z from 'zod/mini';
import { isCode } from './api-error.ts';
import { pathOf } from './recalls.ts';
import { request, requestNothing } from './request.ts';
import { asOfShape } from './shapes.ts';

/** A commit on the ledger, and the gateway's own projection of it; for a large scope several of them. */
const openingMs = 180_000;

/** Suspect goods: an identifier in any GS1 form, or GTIN and lot number. */
export type Suspect = string | { readonly gtin: string; readonly lot: string };

/** What a recall says of itself when it is opened. */
export interface NewRecall {
  readonly kind: 'mock' | 'voluntary' | 'mandatory';
  readonly class: 'I' | 'II' | 'III' | null;
  readonly reason: string;
  readonly authority: string | null;
  readonly returnTo: readonly string[];
  readonly suspects: readonly Suspect[];
}

const previewSchema = z.object({
  startedMs: z.int(),
  scopedMs: z.int(),
  document: z.object({
    suspects: z.array(z.string()),
    lots: z.array(
      z.object({
        item: z.string(),
        gtin: z.nullable(z.string()),
        lot: z.nullable(z.string()),
        serial: z.nullable(z.string()),
        product: z.nullable(z.string()),
        via: z.nullable(z.string()),
      }),
    ),
    parts: z.array(
      z.object({
        item: z.string(),
        state: z.enum(['held', 'in-transit', 'used', 'gone']),
        place: z.nullable(z.string()),
        custodian: z.nullable(z.string()),
        amount: z.string(),
        uom: z.nullable(z.string()),
        how: z.nullable(z.string()),
      }),
    ),
    places: z.array(z.object({ gln: z.string(), name: z.nullable(z.string()), mspId: z.nullable(z.string()) })),
    organisations: z.array(z.object({ mspId: z.string(), name: z.string(), roles: z.array(z.string()) })),
    outside: z.array(z.string()),
  }),
});
/** What a recall would concern: nothing is opened. */
export type RecallPreview = z.infer<typeof previewSchema>;

/** Says what a recall of these lots would concern. The answer's `startedMs` is when the clock began to run. */
export function previewRecall(recall: NewRecall): Promise<RecallPreview> {
  return request('/api/recalls?preview=true', previewSchema, { method: 'POST', json: recall, timeoutMs: openingMs });
}

/**
 * Opens a recall under an id that was chosen here, so that asking again opens no second one. When this returns the goods are
 * on hold everywhere.
 */
export async function openRecall(recallId: string, recall: NewRecall, startedMs: number): Promise<void> {
  try {
    const json = { ...recall, recallId, startedMs };
    await requestNothing('/api/recalls', { method: 'POST', json, timeoutMs: openingMs });
  } catch (error) {
    // An answer that was lost on the way: the recall is on the ledger.
    if (!isCode(error, 'recall-exists')) throw error;
  }
}

export interface ScopeChange {
  readonly reason: string;
  readonly suspects: readonly Suspect[];
  readonly remove: readonly string[];
  /** Takes in what was made of the scope by now. */
  readonly retrace: boolean;
}

export function changeScope(recallId: string, change: ScopeChange): Promise<void> {
  return requestNothing(`${pathOf(recallId)}/scope`, { method: 'POST', json: change, timeoutMs: openingMs });
}

const openItemSchema = z.discriminatedUnion('open', [
  z.object({ open: z.literal('organisation'), mspId: z.string() }),
  z.object({ open: z.literal('goods'), place: z.string(), item: z.string() }),
]);
/** Something that is open, and needs a reason at the closing. */
export type OpenItem = z.infer<typeof openItemSchema>;

export async function fetchOpenItems(recallId: string, signal: AbortSignal): Promise<readonly OpenItem[]> {
  const schema = z.object({ open: z.array(openItemSchema) });
  return (await request(`${pathOf(recallId)}/open`, schema, { signal })).open;
}

export interface Closing {
  readonly conclusion: string;
  readonly release: boolean;
  readonly reasons: ReadonlyArray<{ readonly item: OpenItem; readonly reason: string }>;
  /** The reason for all that is open and has none of its own. */
  readonly otherwise: string | null;
}

export function closeRecall(recallId: string, closing: Closing): Promise<void> {
  return requestNothing(`${pathOf(recallId)}/close`, { method: 'POST', json: closing, timeoutMs: openingMs });
}

export function reopenRecall(recallId: string, reason: string): Promise<void> {
  return requestNothing(`${pathOf(recallId)}/reopen`, { method: 'POST', json: { reason }, timeoutMs: openingMs });
}

const historySchema = z.object({
  recalls: z.array(
    z.object({
      recallId: z.string(),
      kind: z.enum(['mock', 'voluntary', 'mandatory']),
      reason: z.string(),
      state: z.enum(['open', 'closed']),
      startedMs: z.int(),
      timeToScopeMs: z.int(),
      timeToHoldMs: z.nullable(z.int()),
      timeToAcknowledgementsMs: z.nullable(z.int()),
      lots: z.int(),
      organisations: z.int(),
      recoveryPercent: z.nullable(z.number()),
      effectivenessPercent: z.nullable(z.number()),
    }),
  ),
  ...asOfShape,
});
export type RecallFigures = z.infer<typeof historySchema>['recalls'][number];

/** How long own recalls and exercises took, the newest first. */
export async function fetchHistory(signal: AbortSignal): Promise<readonly RecallFigures[]> {
  return (await request('/api/recalls/history', historySchema, { signal })).recalls;
}
