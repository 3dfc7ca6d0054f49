import type { FullLot } from '../api/lot.ts';
import { formatQuantity } from '../format/number.ts';
import { dispositionName, organisationName, placeKindName } from '../format/term.ts';
import { Message } from '../shell/message.tsx';
import { Time } from '../shell/time.tsx';

/** Loose goods of the lot by place. What lies in a unit or is on its way is on the path. */
export function HoldingsTable({ holdings, state }: Pick<FullLot, 'holdings' | 'state'>) {
  if (holdings.length === 0) {
    return (
      <Message title="No loose goods of this lot are held anywhere" tone="empty">
        {state === 'held' || state === 'in-transit'
          ? 'What there is of it lies in logistic units or is on its way.'
          : null}
      </Message>
    );
  }
  return (
    <div className="table-scroll">
      <table className="stacked">
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Custodian</th>
            <th scope="col" className="number">
              Quantity
            </th>
            <th scope="col">State</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {holdings.map(({ place, custodian, quantity, disposition, sinceMs }) => (
            <tr key={place.gln}>
              <th scope="row">
                {place.name ?? place.gln} <span className="muted small">{placeKindName(place.kind)}</span>
              </th>
              <td data-label="Custodian">{organisationName(custodian)}</td>
              <td className="number" data-label="Quantity">
                {formatQuantity(quantity)}
              </td>
              <td data-label="State">{disposition === null ? '–' : dispositionName(disposition)}</td>
              <td className="nowrap" data-label="Since">
                <Time ms={sinceMs} short />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
