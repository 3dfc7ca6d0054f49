import { type AsOf, asOf } from '../query/freshness.ts';
import type { AppContext } from './app-context.ts';

/** What says how far projection and ledger are. */
export interface FreshnessSource {
  readonly projection: Pick<AppContext['projection'], 'checkpoint'>;
  readonly ledgerView: () => Pick<ReturnType<AppContext['ledgerView']>, 'height' | 'behindSinceMs'>;
  readonly clock: Pick<AppContext['clock'], 'now'>;
}

/** As of which block an answer speaks that is read now, and whether that is too long ago to sound sure. */
export function freshnessNow(app: FreshnessSource): AsOf {
  const { height, blockTimeMs } = app.projection.checkpoint;
  const { height: ledgerHeight, behindSinceMs } = app.ledgerView();
  return asOf({ height, blockTimeMs, ledgerHeight, behindSinceMs }, app.clock.now());
}

/** What is read, and how fresh it is. The age is taken first: a block that comes meanwhile only makes the answer fresher. */
export async function withFreshness<Answer extends object>(
  app: FreshnessSource,
  read: () => Promise<Answer>,
): Promise<Answer & AsOf> {
  const freshness = freshnessNow(app);
  return { ...(await read()), ...freshness };
}
