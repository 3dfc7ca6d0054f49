import * as z from 'zod/mini';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

const siteSchema = z.object({
  gln: z.string(),
  mspId: z.string(),
  name: z.string(),
  kind: z.string(),
  address: z.nullable(z.string()),
  /** How many there are; a part of them follows. */
  deviceCount: z.int(),
  devices: z.array(
    z.object({
      device: z.string(),
      kind: z.string(),
      signs: z.boolean(),
      revoked: z.boolean(),
      calibrationDueMs: z.nullable(z.int()),
    }),
  ),
  nodes: z.array(
    z.object({
      node: z.string(),
      revoked: z.boolean(),
      head: z.nullable(z.object({ sequence: z.int(), sealedAtMs: z.int() })),
      batches: z.int(),
      readings: z.int(),
      missingSummaries: z.int(),
      /** Why this gateway last refused an upload for good, and since when one got through again. */
      lastRefusal: z.nullable(z.object({ code: z.string(), timeMs: z.int(), resolvedMs: z.nullable(z.int()) })),
    }),
  ),
  /** How many holdings of goods lie there now. */
  holdings: z.int(),
});
export type Site = z.infer<typeof siteSchema>;

const sitesSchema = z.object({
  sites: z.array(siteSchema),
  /** Offset of the next page; `null` where this one holds all. */
  next: z.nullable(z.int()),
  ...asOfShape,
});
export type Sites = z.infer<typeof sitesSchema>;

/** Places with their edge nodes and devices, by name; the first page of them. Throws ApiError. */
export function fetchSites(signal?: AbortSignal): Promise<Sites> {
  return request('/api/sites', sitesSchema, { ...(signal ? { signal } : {}) });
}
