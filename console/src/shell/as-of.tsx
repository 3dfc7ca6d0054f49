import type { AsOf } from '../api/shapes.ts';
import { formatNumber } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { Message } from './message.tsx';
import { Age } from './time.tsx';

/** As of which block an answer speaks. */
export function AsOfLine({ asOf: { height, blockTimeMs } }: AsOf) {
  return (
    <p className="as-of">
      As of block {formatNumber(Math.max(0, height - 1))}, <Age ms={blockTimeMs} />
    </p>
  );
}

/** Says loudly that an answer may be out of date; nothing while it is current. */
export function StaleBanner({ asOf: { height, ledgerHeight, lagMs }, stale }: AsOf) {
  if (!stale) return null;
  const missing = ledgerHeight - height;
  return (
    <Message title="This page may be out of date" tone="warn">
      {missing > 0
        ? `The gateway has not read the last ${formatNumber(missing)} blocks of the ledger yet, and has been behind for ${formatDuration(lagMs)}.`
        : `The gateway has not heard of the ledger for ${formatDuration(lagMs)}.`}{' '}
      What has happened since is not shown.
    </Message>
  );
}
