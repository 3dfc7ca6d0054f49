import { z } from 'zod';
import { lotApiPath } from './lot.ts';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

const nodeSchema = z.object({
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
export type TraceNode = z.infer<typeof nodeSchema>;

/**
 * `transformed`: goods into goods; `packed`: a thing into a unit; `at`: a thing at a place; `shipped`: from place to
 * place, `of` a thing.
 */
const edgeSchema = z.object({
  from: z.string(),
  to: z.string(),
  kind: z.enum(['transformed', 'packed', 'at', 'shipped']),
  of: z.string().nullable(),
  fromMs: z.int(),
  toMs: z.int().nullable(),
  amount: z.string().nullable(),
  uom: z.string().nullable(),
  event: z.string(),
  untilEvent: z.string().nullable(),
  transactionId: z.string().nullable(),
  block: z.int().nullable(),
});
export type TraceEdge = z.infer<typeof edgeSchema>;

const traceSchema = z.object({
  start: z.string(),
  nodes: z.array(nodeSchema),
  edges: z.array(edgeSchema),
  lots: z.array(z.string()),
  truncated: z.boolean(),
  ms: z.number(),
  ...asOfShape,
});
export type Trace = z.infer<typeof traceSchema>;

/** Where a lot came from and where it went. Throws ApiError. */
export function fetchTrace(gtin: string, lot: string, signal?: AbortSignal): Promise<Trace> {
  return request(`${lotApiPath(gtin, lot)}/trace?direction=both`, traceSchema, { ...(signal ? { signal } : {}) });
}
