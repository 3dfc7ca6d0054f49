import { recallClassSchema, recallKindSchema } from '@hopline/protocol';
import { z } from 'zod';
import { type AsOf, asOfSchema } from '../query/freshness.ts';
import { recallStatusSchema } from '../recall/recall-status.ts';
import type { FoundRecalls } from './read-recall.ts';

const publicRecallSchema = z.object({
  recallId: z.string(),
  kind: recallKindSchema,
  class: recallClassSchema.nullable(),
  state: z.enum(['open', 'closed']),
  openedAtMs: z.int(),
  closedAtMs: z.int().nullable(),
});

export const recallAnswerSchema = z.object({
  /** GS1 Web Vocabulary: whether it has been recalled. Absent where that is not sure. */
  'gs1:isProductRecalled': z.boolean().optional(),
  /** `unknown`: no recall has reached this gateway, which is behind the ledger. */
  status: z.enum(['none', 'open', 'closed', 'unknown']),
  /** Itself, its lot or what is in it: of what a recall speaks. */
  of: z.array(z.string()),
  recalls: z.array(z.union([recallStatusSchema.shape.recalls.element, publicRecallSchema])),
  ...asOfSchema.shape,
});
export type RecallAnswer = z.infer<typeof recallAnswerSchema>;

/**
 * What is said of recalls. Strangers get that there is one, since when and of which class; who may read gets reasons and
 * conclusions too. While the projection is behind, "none" would sound surer than it is.
 */
export function recallAnswer(found: FoundRecalls, mayRead: boolean, fresh: AsOf): RecallAnswer {
  const status = found.status === 'none' && fresh.stale ? 'unknown' : found.status;
  return {
    ...(status === 'unknown' ? {} : { 'gs1:isProductRecalled': status === 'open' }),
    status,
    of: mayRead ? [...found.of] : [],
    recalls: mayRead
      ? found.recalls
      : found.recalls.map(({ recallId, kind, class: itsClass, state, openedAtMs, closedAtMs }) => ({
          recallId,
          kind,
          class: itsClass,
          state,
          openedAtMs,
          closedAtMs,
        })),
    ...fresh,
  };
}
