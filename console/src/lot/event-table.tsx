import type { LotEvent } from '../api/lot.ts';
import { formatNumber } from '../format/number.ts';
import { flagName, organisationName, stepName } from '../format/term.ts';
import { Badge } from '../shell/badge.tsx';
import { Identifier } from '../shell/identifier.tsx';
import { Time } from '../shell/time.tsx';

const outcomes: Readonly<Record<string, string>> = {
  'declared-error': 'declares an error',
  conflict: 'conflicts with an earlier event',
};

/** All events that speak of the lot, folded away: who wants to check finds each with its transaction and block. */
export function EventTable({ events }: { events: readonly LotEvent[] }) {
  return (
    <details className="section fold">
      <summary>
        <h2>All {formatNumber(events.length)} events</h2>
      </summary>
      <div className="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Step</th>
              <th scope="col">Place</th>
              <th scope="col">Signed by</th>
              <th scope="col">Event</th>
              <th scope="col">Transaction</th>
              <th scope="col" className="number">
                Block
              </th>
              <th scope="col">Remarks</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr key={`${event.event} ${event.outcome} ${event.transactionId}`}>
                <td className="nowrap">
                  <Time ms={event.timeMs} short />
                </td>
                <th scope="row">{stepName(event.bizStep)}</th>
                <td>{event.place?.name ?? event.place?.gln ?? '–'}</td>
                <td title={event.signer}>{organisationName(event.mspId)}</td>
                <td>
                  <Identifier id={event.event} name="event id" />
                </td>
                <td>
                  <Identifier id={event.transactionId} name="transaction id" />
                </td>
                <td className="number">{formatNumber(event.block)}</td>
                <td>
                  {outcomes[event.outcome] === undefined ? null : <Badge tone="warn">{outcomes[event.outcome]}</Badge>}
                  {event.flags.map((flag) => (
                    <Badge key={flag} tone={flag === 'declared-origin' ? 'neutral' : 'warn'}>
                      {flagName(flag)}
                    </Badge>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
