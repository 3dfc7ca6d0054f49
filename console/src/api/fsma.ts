import * as z from 'zod/mini';
import { request, requestFile } from './request.ts';
import { asOfShape } from './shapes.ts';

export const cteKinds = [
  'harvesting',
  'cooling',
  'initial-packing',
  'first-land-based-receiving',
  'shipping',
  'receiving',
  'transformation',
] as const;
export type CteKind = (typeof cteKinds)[number];

const supplyShape = {
  in: z.enum(['place', 'product', 'event', 'correction']),
  id: z.nullable(z.string()),
  name: z.nullable(z.string()),
  fields: z.array(z.string()),
  advice: z.string(),
};

const needSchema = z.object({ ...supplyShape, records: z.int(), clauses: z.array(z.string()) });
/** What one place, product or event can supply of all that is missing. */
export type SupplyNeed = z.infer<typeof needSchema>;

const recordSchema = z.object({
  cte: z.enum(cteKinds),
  event: z.string(),
  transactionId: z.nullable(z.string()),
  block: z.nullable(z.int()),
  timeMs: z.int(),
  place: z.nullable(z.string()),
  placeName: z.nullable(z.string()),
  item: z.nullable(z.string()),
  gtin: z.nullable(z.string()),
  lot: z.nullable(z.string()),
  product: z.nullable(z.string()),
  input: z.nullable(z.string()),
  unit: z.nullable(z.string()),
  listed: z.nullable(z.boolean()),
  outcome: z.nullable(z.string()),
  declaredWrong: z.boolean(),
  missing: z.array(
    z.object({ element: z.string(), title: z.string(), clause: z.string(), parts: z.array(z.string()) }),
  ),
  remarks: z.array(z.string()),
});
/** One critical tracking event of one lot. */
export type FsmaRecord = z.infer<typeof recordSchema>;

const checkSchema = z.object({
  counts: z.object({ records: z.int(), complete: z.int(), lacking: z.int(), missing: z.int() }),
  records: z.array(recordSchema),
  supplies: z.array(needSchema),
  passedOver: z.array(z.object({ event: z.string(), item: z.nullable(z.string()), why: z.string() })),
  ...asOfShape,
});
export type FsmaCheck = z.infer<typeof checkSchema>;

export const directions = ['back', 'forward', 'both'] as const;

/** Which records are asked for: those of lots, of a place, of a span of time, or where all of these meet. */
export interface FsmaSelection {
  readonly lots: ReadonlyArray<{ readonly gtin: string; readonly lot: string }>;
  /** GLN. */
  readonly place?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Also the lots that these were made of, or that were made of them. */
  readonly trace?: (typeof directions)[number];
}

/** A sheet of many lots takes seconds. */
const slowMs = 120_000;

/** Throws ApiError. */
export function fetchCheck(selection: FsmaSelection): Promise<FsmaCheck> {
  return request('/api/fsma/check', checkSchema, { method: 'POST', json: selection, timeoutMs: slowMs });
}

/** The electronic sortable spreadsheet. Throws ApiError. */
export function fetchSheet(selection: FsmaSelection, format: 'xlsx' | 'csv'): Promise<File> {
  return requestFile('/api/fsma/sheet', { method: 'POST', json: { ...selection, format }, timeoutMs: slowMs });
}
