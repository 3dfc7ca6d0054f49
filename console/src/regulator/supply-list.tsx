import type { SupplyNeed } from '../api/fsma.ts';
import { formatNumber } from '../format/number.ts';
import { Badge } from '../shell/badge.tsx';
import { Identifier } from '../shell/identifier.tsx';
import { GoodsLink } from './goods-link.tsx';
import { fieldName } from './names.ts';

const shownNeeds = 100;
const kinds: Readonly<Record<SupplyNeed['in'], string>> = {
  place: 'Place',
  product: 'Product',
  event: 'Event to capture',
  correction: 'Event to correct',
};

/** What is missing by where it can be supplied: each line, once done, completes that many records. */
export function SupplyList({ needs }: { needs: readonly SupplyNeed[] }) {
  return (
    <>
      <ol className="needs">
        {needs.slice(0, shownNeeds).map((need) => (
          <li key={`${need.in} ${need.id} ${need.advice}`}>
            <Badge tone="neutral">{kinds[need.in]}</Badge>
            <div>
              <p className="need-what">
                <Target need={need} />
              </p>
              <p>
                {need.fields.length > 0 ? `Add ${need.fields.map(fieldName).join(', ')}` : need.advice}.{' '}
                <span className="muted small">{need.clauses.join(', ')}</span>
              </p>
            </div>
            <p className="need-count muted">
              {formatNumber(need.records)} {need.records === 1 ? 'record' : 'records'}
            </p>
          </li>
        ))}
      </ol>
      {needs.length > shownNeeds ? (
        <p className="muted">
          The first {shownNeeds} of {formatNumber(needs.length)} are shown; all of them are in the spreadsheet.
        </p>
      ) : null}
    </>
  );
}

function Target({ need: { in: kind, id, name } }: { need: SupplyNeed }) {
  if (id === null) return 'Not named by any event';
  if (kind === 'correction') return <Identifier id={id} name="event id" />;
  if (kind === 'event') return <GoodsLink item={id} />;
  return (
    <>
      {name ?? 'Not described yet'}{' '}
      <span className="muted">
        {kind === 'place' ? 'GLN' : 'GTIN'} {id}
      </span>
    </>
  );
}
