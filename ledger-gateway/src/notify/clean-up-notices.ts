import type { Store } from '../store/store.ts';
import { notifyLimits } from './limits.ts';

export type KeepLimits = { readonly keepEndedMs: number; readonly maxEndedNotices: number };

/**
 * Removes notices that ended long ago, and the longest ended beyond their number. What waits for delivery stays. The
 * journal is not told: after a power loss such rows come back as they ended, and go again.
 */
export async function cleanUpNotices(store: Store, nowMs: number, limits: KeepLimits = notifyLimits): Promise<void> {
  await store.writeOwn(async (tx) => {
    const removed = await tx.query<{ id: string }>(
      `delete from notice_states where state <> 'queued' and (ended_ms <= $1 or id in (
         select id from notice_states where state <> 'queued' order by ended_ms desc, id offset $2))
       returning id`,
      [nowMs - limits.keepEndedMs, limits.maxEndedNotices],
    );
    await tx.query('delete from notices where id = any($1::text[])', [removed.map(({ id }) => id)]);
  });
}
