import { z } from 'zod';
import { conditionsSchema, containmentSchema, hopSchema, transitSchema } from './history.ts';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

const unitSchema = z.object({
  id: z.string(),
  sscc: z.string(),
  custodian: z.string().nullable(),
  disposition: z.string().nullable(),
  hops: z.array(hopSchema),
  transits: z.array(transitSchema),
  units: z.array(containmentSchema),
  contents: z.array(containmentSchema),
  trackers: z.array(
    z.object({ epc: z.string(), device: z.string().nullable(), fromMs: z.int(), toMs: z.int().nullable() }),
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
