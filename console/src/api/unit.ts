import * as z from 'zod/mini';
import { conditionsSchema, containmentSchema, hopSchema, transitSchema } from './history.ts';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

const unitSchema = z.object({
  id: z.string(),
  sscc: z.string(),
  custodian: z.nullable(z.string()),
  disposition: z.nullable(z.string()),
  hops: z.array(hopSchema),
  transits: z.array(transitSchema),
  units: z.array(containmentSchema),
  contents: z.array(containmentSchema),
  trackers: z.array(
    z.object({ epc: z.string(), device: z.nullable(z.string()), fromMs: z.int(), toMs: z.nullable(z.int()) }),
  ),
  conditions: conditionsSchema,
  truncated: z.boolean(),
  ...asOfShape,
});
export type Unit = z.infer<typeof unitSchema>;

/** All that is known of a logistic unit. Throws ApiError. */
export function fetchUnit(sscc: string, signal?: AbortSignal): Promise<Unit> {
  return request(`/api/units/${sscc}`, unitSchema, { ...(signal ? { signal } : {}) });
}
