import type { Preview } from '../api/sheets.ts';
import { formatNumber } from '../format/number.ts';
import { stepName } from '../format/term.ts';
import { Badge } from '../shell/badge.tsx';

const shownEvents = 20;

/** The events that rows become, each as EPCIS JSON for who wants to see it. */
export function EventList({ preview: { events, counts } }: { preview: Preview }) {
  return (
    <>
      <ol className="event-list">
        {events.slice(0, shownEvents).map(({ rows, hash, knownIn, event }) => (
          <li key={hash}>
            <details>
              <summary>
                {typeof event.bizStep === 'string' ? stepName(event.bizStep) : String(event.type)}{' '}
                <span className="muted">
                  {String(event.eventTime)} · {rowsText(rows)}
                </span>
                {knownIn === null ? null : <Badge tone="neutral">On the ledger</Badge>}
              </summary>
              <pre>{JSON.stringify(event, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ol>
      {counts.events > shownEvents ? (
        <p className="muted">
          The first {shownEvents} of {formatNumber(counts.events)} are shown.
        </p>
      ) : null}
    </>
  );
}

function rowsText(rows: readonly number[]): string {
  const [first] = rows;
  return rows.length === 1 ? `row ${first}` : `${rows.length} rows from row ${first}`;
}
