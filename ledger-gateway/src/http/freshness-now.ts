import { type AsOf, asOf } from '../query/freshness.ts';
import type { AppContext } from './app-context.ts';

/** As of which block an answer speaks that is read now, and whether that is too long ago to sound sure. */
export function freshnessNow(app: Pick<AppContext, 'projection' | 'ledgerView' | 'clock'>): AsOf {
  const { height, blockTimeMs } = app.projection.checkpoint;
  const { height: ledgerHeight, behindSinceMs } = app.ledgerView();
  return asOf({ height, blockTimeMs, ledgerHeight, behindSinceMs }, app.clock.now());
}
