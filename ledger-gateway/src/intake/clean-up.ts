import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

export const cleanUpLimits = {
  intervalMs: 3_600_000,
  /** How long keys, codes and tokens that have ended are still shown or told apart from those that never were. */
  keepEndedMs: 30 * 86_400_000,
  /** Alerts kept of each edge node; the excursions themselves are on the ledger. */
  maxAlertsPerNode: 100_000,
} as const;
export type CleanUpLimits = { readonly [K in keyof typeof cleanUpLimits]: number };

/**
 * Removes own rows that have ended, and alerts beyond their number. The journal is not told: after a power loss such rows
 * come back, of no more use than before, and go again with the next round.
 */
export async function cleanUp(store: Store, nowMs: number, limits: CleanUpLimits = cleanUpLimits): Promise<void> {
  const endedMs = nowMs - limits.keepEndedMs;
  await store.writeOwn(async (tx) => {
    await tx.query('delete from sessions where expires_ms <= $1', [nowMs]);
    await tx.query('delete from api_keys where least(expires_ms, revoked_ms) <= $1', [endedMs]);
    await tx.query('delete from node_tokens where least(expires_ms, revoked_ms) <= $1', [endedMs]);
    await tx.query('delete from enrolment_codes where expires_ms <= $1', [endedMs]);
    await tx.query(
      `delete from alerts a
       using (select seq, row_number() over (partition by node order by seq desc) as rank from alerts) r
       where r.seq = a.seq and r.rank > $1`,
      [limits.maxAlertsPerNode],
    );
  });
}

/** Cleans up now and at intervals, until the signal is given. */
export async function cleanUpRegularly(
  store: Store,
  clock: Clock,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await cleanUp(store, clock.now()).catch(onError);
    await clock.sleep(cleanUpLimits.intervalMs, signal);
  }
}
