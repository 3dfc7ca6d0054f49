import type { FullLot } from '../api/lot.ts';
import { addQuantities, formatMeasured, formatQuantity } from '../format/number.ts';
import { organisationName } from '../format/term.ts';
import { formatDuration } from '../format/time.ts';
import { useNow } from '../live/use-now.ts';
import { Badge } from '../shell/badge.tsx';
import { Time } from '../shell/time.tsx';
import { stateName } from './state-name.ts';
import { verdictOf } from './verdict.ts';

const verdictEveryMs = 60_000;

/** What the lot is, who has it, how much of it there is, and what can be said of its conditions. */
export function LotHeading({ lot, stream }: { lot: FullLot; stream: string }) {
  const nowMs = useNow(verdictEveryMs);
  const limits = lot.product?.limits ?? [];
  // A path that is cut short may leave out the very stay that matters.
  const conditions = { ...lot.conditions, truncated: lot.conditions.truncated || lot.truncated };
  const verdict = verdictOf({ conditions, limits, stream, stale: lot.stale, nowMs });
  const custodians = [...new Set(lot.holdings.map(({ custodian }) => organisationName(custodian)))];
  const held = addQuantities(lot.holdings.map(({ quantity }) => quantity));
  return (
    <header className="lot-head">
      <div className="lot-title">
        <p className="eyebrow">{lot.product?.name ?? 'Product not registered'}</p>
        <h1>
          <span className="visually-hidden">Lot </span>
          {lot.lot}
        </h1>
        <p className="muted">GTIN {lot.gtin}</p>
      </div>
      <div className="lot-state">
        <Badge tone="neutral">{stateName(lot.state)}</Badge>
        <Badge tone={verdict.tone}>{verdict.text}</Badge>
        <p className="small muted">{verdict.reservations.join(' ')}</p>
      </div>
      <dl className="facts">
        <div>
          <dt>Custodian</dt>
          <dd>{custodians.length === 0 ? 'Nobody now' : custodians.join(', ')}</dd>
        </div>
        <div>
          <dt>Held now</dt>
          <dd>{held.length === 0 ? 'Nothing' : held.map((quantity) => formatQuantity(quantity)).join(' and ')}</dd>
        </div>
        <div>
          <dt>Origin</dt>
          <dd>
            {lot.origin === 'network'
              ? 'Made of goods on this network'
              : lot.origin === 'declared'
                ? 'By declaration of its first holder'
                : 'Unknown'}
          </dd>
        </div>
        <div>
          <dt>First and last event</dt>
          <dd>
            <Time ms={lot.firstMs} />
            <br />
            <Time ms={lot.lastMs} />
          </dd>
        </div>
        {limits.map((limit) => (
          <div key={limit.id}>
            <dt>Limit, {limit.stream}</dt>
            <dd>
              {limit.min === null ? null : `at least ${formatMeasured(limit.min, limit.unit)} `}
              {limit.max === null ? null : `at most ${formatMeasured(limit.max, limit.unit)}`}
              {limit.durationMs > 0 ? (
                <span className="muted">, for no longer than {formatDuration(limit.durationMs)} outside</span>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </header>
  );
}
