import type { Captured, Preview } from '../api/sheets.ts';
import { formatNumber } from '../format/number.ts';
import { flagName } from '../format/term.ts';
import { Link } from '../navigation.tsx';
import { lotPath } from '../route.ts';
import { Badge } from '../shell/badge.tsx';
import { Identifier } from '../shell/identifier.tsx';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { lotsOf } from './lots-of.ts';

const shownLots = 40;

interface Props {
  readonly captured: Captured;
  readonly preview: Preview;
  readonly onStartOver: () => void;
}

/** What is on the ledger now, transaction by transaction, and where its lots are to be seen. */
export function CaptureResult({ captured: { parts, sameAs }, preview, onStartOver }: Props) {
  const events = parts.reduce((sum, part) => sum + part.events - part.known, 0);
  const lots = lotsOf(preview.events);
  const title =
    sameAs !== null || events === 0
      ? 'This was captured before, and not again'
      : `${formatNumber(events)} ${events === 1 ? 'event is' : 'events are'} on the ledger`;
  return (
    <>
      <Message title={title} tone="info">
        Committed and valid; these are the transactions that prove it.
      </Message>
      <Section title="Transactions">
        <div className="table-scroll">
          <table className="stacked">
            <thead>
              <tr>
                <th scope="col">Rows</th>
                <th scope="col" className="number">
                  Events
                </th>
                <th scope="col">Transaction</th>
                <th scope="col" className="number">
                  Block
                </th>
                <th scope="col">Remarks</th>
              </tr>
            </thead>
            <tbody>
              {parts.map((part) => (
                <tr key={part.name}>
                  <th scope="row">{part.name}</th>
                  <td className="number" data-label="Events">
                    {formatNumber(part.events)}
                  </td>
                  <td data-label="Transaction">
                    {part.transactionIds.map((id) => (
                      <Identifier key={id} id={id} name="transaction id" />
                    ))}
                  </td>
                  <td className="number" data-label="Block">
                    {part.block === null ? 'earlier' : formatNumber(part.block)}
                  </td>
                  <td data-label="Remarks">
                    {part.flags.length === 0 ? <span className="muted">none</span> : null}
                    {part.flags.map((flag) => (
                      <Badge key={flag} tone="neutral">
                        {flagName(flag)}
                      </Badge>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      {lots.length > 0 ? (
        <Section title="Lots of this sheet">
          <ul className="lot-links">
            {lots.slice(0, shownLots).map(({ gtin, lot }) => (
              <li key={`${gtin} ${lot}`}>
                <Link href={lotPath(gtin, lot)}>{lot}</Link> <span className="muted small">GTIN {gtin}</span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <div className="form-actions">
        <button type="button" className="primary" onClick={onStartOver}>
          Upload another sheet
        </button>
      </div>
    </>
  );
}
