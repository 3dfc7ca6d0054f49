import * as z from 'zod/mini';
import { request } from './request.ts';

const statusSchema = z.object({
  status: z.enum(['none', 'open', 'closed', 'unknown']),
  recalls: z.array(
    z.object({
      recallId: z.string(),
      kind: z.string(),
      class: z.nullable(z.string()),
      state: z.enum(['open', 'closed']),
      openedAtMs: z.int(),
      /** Only for those who may read. */
      reason: z.optional(z.string()),
      onHold: z.optional(z.boolean()),
    }),
  ),
});
/** Whether a lot, item or unit is recalled, as of now. */
export type RecallStatus = z.infer<typeof statusSchema>;

/** Takes the path of a thing's Digital Link, as `/01/{gtin}/10/{lot}`. Anybody may ask of lots; of units, who may read. */
export function fetchRecallStatus(linkPath: string, signal: AbortSignal): Promise<RecallStatus> {
  return request(`/api/digital-link/recall-status${linkPath}`, statusSchema, { signal });
}
