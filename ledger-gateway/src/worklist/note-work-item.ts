import { z } from 'zod';
import { found } from '../gateway-error.ts';
import type { Store } from '../store/store.ts';
import { worklistLimits } from './limits.ts';

/** What a person says of a work item; what is absent stays as it was. */
export const workNoteSchema = z
  .strictObject({
    state: z.enum(['open', 'resolved']),
    assignee: z.string().min(1).max(worklistLimits.maxAssigneeChars).nullable(),
    note: z.string().min(1).max(worklistLimits.maxNoteChars).nullable(),
  })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'something has to change');
export type WorkNote = z.infer<typeof workNoteSchema>;

/**
 * Writes what somebody says of a work item. Durable when it returns. A state that is set counts for what the ledger has
 * said of the item so far.
 *
 * @throws GatewayError `not-found`
 */
export async function noteWorkItem(
  store: Store,
  id: string,
  changes: WorkNote,
  by: { readonly name: string; readonly nowMs: number },
): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    const [item] = await tx.query('select 1 from work_items where id = $1', [id]);
    found(item, 'the work item', { id });
    const [before] = await tx.query<NoteRow>('select state, assignee, note, height from work_notes where id = $1', [
      id,
    ]);
    const [checkpoint] = await tx.query<{ height: number }>('select height from checkpoint');
    const height = checkpoint?.height ?? 0;
    const row = {
      id,
      state: changes.state ?? before?.state ?? 'open',
      assignee: changes.assignee === undefined ? (before?.assignee ?? null) : changes.assignee,
      note: changes.note === undefined ? (before?.note ?? null) : changes.note,
      changed_by: by.name,
      changed_ms: by.nowMs,
      height: changes.state === undefined ? (before?.height ?? height) : height,
    };
    await put({ table: 'work_notes', row });
  });
}

interface NoteRow extends Record<string, unknown> {
  readonly state: string;
  readonly assignee: string | null;
  readonly note: string | null;
  readonly height: number;
}
