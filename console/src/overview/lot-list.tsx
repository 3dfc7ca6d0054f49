import type { Overview } from '../api/overview.ts';
import { Link } from '../navigation.tsx';
import { lotPath } from '../route.ts';
import { Message } from '../shell/message.tsx';
import { Time } from '../shell/time.tsx';

const shownLots = 10;

/** Lots of which something was heard last. */
export function LotList({ lots }: { lots: Overview['lots'] }) {
  if (lots.length === 0) return <Message title="No lot is on the ledger yet" tone="empty" />;
  return (
    <ul className="lots">
      {lots.slice(0, shownLots).map(({ id, gtin, lot, product, lastMs }) => (
        <li key={id}>
          <Link href={lotPath(gtin, lot)} className="lot-link">
            <span className="lot-number">{lot}</span>
            <span className="muted small">{product ?? `GTIN ${gtin}`}</span>
            <span className="muted small lot-when">
              <Time ms={lastMs} short />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
