import { recallClassSchema, recallKindSchema } from '@hopline/protocol';
import { z } from 'zod';
import type { Queryable } from '../store/database.ts';

export const recallStatusSchema = z.object({
  /** `open`: at least one recall of it is under way, or keeps it on hold; `closed`: there were some, all over. */
  status: z.enum(['none', 'open', 'closed']),
  /** Without mock recalls, newest first. */
  recalls: z.array(
    z.object({
      recallId: z.string(),
      kind: recallKindSchema,
      class: recallClassSchema.nullable(),
      reason: z.string(),
      authority: z.string().nullable(),
      mspId: z.string(),
      state: z.enum(['open', 'closed']),
      /** Whether the item may not move. */
      onHold: z.boolean(),
      openedAtMs: z.int(),
      closedAtMs: z.int().nullable(),
      conclusion: z.string().nullable(),
    }),
  ),
});
export type RecallStatus = z.infer<typeof recallStatusSchema>;

/**
 * Whether a lot or item (canonical identifier) is recalled, from the mirrored state of the ledger. Mock recalls are an
 * organisation's own exercise and never shown to others.
 */
export async function recallStatus(on: Queryable, item: string): Promise<RecallStatus> {
  const rows = await on.query<{ record: Record<string, unknown>; on_hold: boolean }>(
    `select r.record, h.item is not null as on_hold
     from recall_scope s join recalls r on r.recall_id = s.recall_id
     left join holds h on h.item = s.item and h.recall_id = s.recall_id
     where s.item = $1 and s.to_version is null and r.kind <> 'mock'
     order by r.opened_ms desc, r.recall_id`,
    [item],
  );
  const recalls = rows.map(({ record, on_hold }) => ({ ...record, onHold: on_hold }));
  const { recalls: parsed } = recallStatusSchema.parse({ status: 'none', recalls });
  const isOpen = parsed.some(({ state, onHold }) => state === 'open' || onHold);
  return { status: parsed.length === 0 ? 'none' : isOpen ? 'open' : 'closed', recalls: parsed };
}
