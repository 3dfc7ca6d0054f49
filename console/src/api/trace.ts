import * as z from 'zod/mini';
import { lotApiPath } from './lot.ts';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

const nodeSchema = z.object({
  /** Canonical identifier of goods and units; the GLN of a place. */
  id: z.string(),
  kind: z.enum(['lot', 'item', 'unit', 'place']),
  label: z.string(),
  gtin: z.nullable(z.string()),
  lot: z.nullable(z.string()),
  product: z.nullable(z.string()),
  custodian: z.nullable(z.string()),
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
  of: z.nullable(z.string()),
  fromMs: z.int(),
  toMs: z.nullable(z.int()),
  amount: z.nullable(z.string()),
  uom: z.nullable(z.string()),
  event: z.string(),
  untilEvent: z.nullable(z.string()),
  transactionId: z.nullable(z.string()),
  block: z.nullable(z.int()),
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
