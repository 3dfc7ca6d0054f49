import type { Clock } from '../../clock.ts';
import type { Store } from '../../store/store.ts';
import { lastSeq } from './run-query.ts';

const intervalMs = 30_000;

/** How much the tables may grow before they are looked at again: by a half, and by so many events at least. */
const growth = 1.5;
const minGrowthEvents = 200;

/**
 * Keeps PostgreSQL's statistics of the events current where it does not do so itself: PGlite has no autovacuum, and without
 * statistics the planner begins with the wrong condition. Works until the signal is given; a server is left to its own.
 */
export async function keepStatistics(
  store: Store,
  clock: Clock,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  if (store.database.kind !== 'pglite') return;
  for (let seen = 0; !signal.aborted; ) {
    try {
      const events = await lastSeq(store);
      // A rebuild begins again from nothing.
      if (events < seen) seen = 0;
      if (events >= Math.max(seen * growth, seen + minGrowthEvents)) {
        await store.query('analyze epcis_events');
        await store.query('analyze epcis_values');
        seen = events;
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await clock.sleep(intervalMs, signal);
  }
}
