import { type RecallRecord, timeMsSchema } from '@hopline/protocol';
import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import type { RecallView } from './read-recall.ts';
import type { Steps } from './recall-steps.ts';

export const timesSchema = z.object({
  /** When the clock began to run; all times below are milliseconds from then. */
  startedMs: timeMsSchema,
  timeToScopeMs: z.int(),
  /**
   * Until the last lot was on hold, as its opener saw the commit; elsewhere by the ledger's time, which is that of the
   * proposal. A hold counts for everybody from its block on. `null` while lots of the frozen scope are still to come.
   */
  timeToHoldMs: z.int().nullable(),
  /** Until the last of the addressees had acknowledged the newest version; `null` while one has not. */
  timeToAcknowledgementsMs: z.int().nullable(),
});
export type Times = z.infer<typeof timesSchema>;

/** How long a recall took, by the ledger's times and the start that the opener's gateway keeps; others begin with its opening. */
export async function timesOf(
  on: Queryable,
  { recallId, openedAtMs }: RecallRecord,
  {
    scopeSteps,
    organisations,
    lotsToCome,
  }: { scopeSteps: Steps; organisations: RecallView['organisations']; lotsToCome: number },
): Promise<Times> {
  const [clock] = await on.query<{ started_ms: number; scoped_ms: number }>(
    'select started_ms, scoped_ms from recall_clocks where recall_id = $1',
    [recallId],
  );
  const startedMs = clock?.started_ms ?? openedAtMs;
  // Clocks of two machines differ: what seems to be before the start took no time.
  const since = (atMs: number) => Math.max(0, atMs - startedMs);
  const seen = new Map(
    (
      await on.query<{ version: number; held_ms: number }>(
        'select version, held_ms from recall_holds where recall_id = $1',
        [recallId],
      )
    ).map(({ version, held_ms }) => [version, held_ms]),
  );
  const held = scopeSteps.flatMap(({ act, atMs }) =>
    (act.step === 'opened' || act.step === 'scope-changed') && act.added > 0
      ? [Math.max(atMs, seen.get(act.version) ?? atMs)]
      : [],
  );
  const answered = organisations.flatMap(({ isCurrent, acknowledgement }) =>
    isCurrent && acknowledgement ? [acknowledgement.atMs] : [],
  );
  const isAll = organisations.length > 0 && answered.length === organisations.length;
  return {
    startedMs,
    timeToScopeMs: since(clock?.scoped_ms ?? openedAtMs),
    timeToHoldMs: lotsToCome > 0 ? null : since(Math.max(openedAtMs, ...held)),
    timeToAcknowledgementsMs: isAll ? since(Math.max(...answered)) : null,
  };
}
