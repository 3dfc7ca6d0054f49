import * as z from 'zod/mini';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

const batchSchema = z.object({
  node: z.string(),
  sequence: z.int(),
  size: z.int(),
  root: z.string(),
  fromMs: z.int(),
  toMs: z.int(),
  sealedAtMs: z.int(),
  /** Whether the figures of the batch have reached this gateway. */
  summary: z.boolean(),
  excursions: z.int(),
  transactionId: z.string(),
  block: z.int(),
});
export type Batch = z.infer<typeof batchSchema>;

/** An edge node's alert: a CloudEvent, of which the pages show the data. */
const alertSchema = z.object({
  seq: z.int(),
  receivedMs: z.int(),
  event: z.object({
    data: z.object({
      node: z.string(),
      device: z.string(),
      stream: z.string(),
      unit: z.nullable(z.string()),
      rule: z.string(),
      min: z.nullable(z.int()),
      max: z.nullable(z.int()),
      fromMs: z.int(),
      toMs: z.int(),
      peak: z.int(),
    }),
  }),
});
export type Alert = z.infer<typeof alertSchema>;

const overviewSchema = z.object({
  organisation: z.object({ mspId: z.string(), name: z.string() }),
  counts: z.object({
    sites: z.int(),
    nodes: z.int(),
    devices: z.int(),
    devicesRevoked: z.int(),
    batches: z.int(),
    readings: z.int(),
    excursions: z.int(),
    alerts: z.int(),
    lots: z.int(),
    units: z.int(),
    events: z.int(),
    discrepancies: z.int(),
    missingSummaries: z.int(),
    /** Pairs of nodes that hold the same readings of a device. */
    overlaps: z.int(),
    transactions: z.object({ valid: z.int(), invalid: z.int() }),
  }),
  batches: z.array(batchSchema),
  alerts: z.array(alertSchema),
  lots: z.array(
    z.object({
      id: z.string(),
      gtin: z.string(),
      lot: z.string(),
      product: z.nullable(z.string()),
      firstMs: z.int(),
      lastMs: z.int(),
    }),
  ),
  ...asOfShape,
});
export type Overview = z.infer<typeof overviewSchema>;

/** How much there is, and what came last. Throws ApiError. */
export function fetchOverview(signal?: AbortSignal): Promise<Overview> {
  return request('/api/overview', overviewSchema, { ...(signal ? { signal } : {}) });
}
