import { formatMeasured, formatQuantity } from '../format/number.ts';
import { organisationName, placeKindName, stepName } from '../format/term.ts';
import { formatDuration } from '../format/time.ts';
import { Badge } from '../shell/badge.tsx';
import { Icon, isIconName } from '../shell/icon.tsx';
import { Proof } from '../shell/proof.tsx';
import { Time } from '../shell/time.tsx';
import { arrivedQuantity } from './arrived-quantity.ts';
import { measuredRange } from './measured-range.ts';
import type { PathLine } from './path.ts';
import type { PathContext } from './path-list.tsx';
import { UnitLinks } from './unit-links.tsx';

type Stay = Extract<PathLine, { kind: 'stay' }>;

/** One hop: where, with whom, from when to when, how much, how warm, and what proves it. */
export function StayLine({ line, context }: { line: Stay; context: PathContext }) {
  const { hop, inbound, discrepancies, incidents } = line;
  const { place } = hop;
  const amounts =
    context.trace === null
      ? []
      : arrivedQuantity({ item: context.item, hop, inbound, units: context.history.units, trace: context.trace });
  const range = measuredRange(context.history.conditions, context.stream, {
    place: place.gln,
    units: [...hop.units, context.item],
    fromMs: hop.arrivalMs,
    toMs: hop.departureMs ?? Number.POSITIVE_INFINITY,
  });
  return (
    <li className={incidents.length + discrepancies.length > 0 ? 'path-line flagged' : 'path-line'}>
      <span className="path-sign">
        <Icon name={place.kind !== null && isIconName(place.kind) ? place.kind : 'other'} />
      </span>
      <div className="path-body">
        <div className="path-head">
          <h3>{place.name ?? `GLN ${place.gln}`}</h3>
          <p className="muted small">
            {placeKindName(place.kind)}
            {place.custodian === null ? '' : ` · ${organisationName(place.custodian)}`}
          </p>
          {inbound.length > 0 ? (
            <p className="small muted">
              From {[...new Set(inbound.map(({ from }) => from.name ?? from.gln))].join(' and ')},{' '}
              {formatDuration(Math.max(...inbound.map(({ sentMs, receivedMs }) => (receivedMs ?? sentMs) - sentMs)))} on
              the way
              <UnitLinks
                units={inbound.flatMap(({ unit }) => (unit === null || unit === context.item ? [] : [unit]))}
              />
            </p>
          ) : null}
        </div>
        <div className="path-times">
          <p>
            {stepName(hop.bizStep)} <Time ms={hop.arrivalMs} short />
          </p>
          <p>
            {hop.departureMs === null ? (
              'Still there'
            ) : (
              <>
                Left <Time ms={hop.departureMs} short />{' '}
                <span className="muted">after {formatDuration(hop.departureMs - hop.arrivalMs)}</span>
              </>
            )}
          </p>
        </div>
        <ul className="path-facts">
          {amounts.length > 0 ? <li>{amounts.map((amount) => formatQuantity(amount)).join(' and ')}</li> : null}
          {range === null ? (
            <li className="muted">Not measured</li>
          ) : (
            <li>
              <Icon name="thermometer" /> {formatMeasured(range.min, null)} to {formatMeasured(range.max, range.unit)}
            </li>
          )}
          {incidents.length > 0 ? (
            <li>
              <Badge tone={incidents.some(({ certainty }) => certainty === 'certain') ? 'danger' : 'warn'}>
                {incidents.some(({ certainty }) => certainty === 'certain') ? 'Excursion' : 'Possible excursion'}
              </Badge>
            </li>
          ) : null}
          {discrepancies.map(({ shipment, sent, received, refused, uom, receivedUom = uom, kind }) => (
            <li key={shipment}>
              <Badge tone={kind === 'settled' ? 'neutral' : 'warn'}>
                Sent {formatQuantity({ amount: sent, uom })}, received{' '}
                {formatQuantity({ amount: received, uom: receivedUom })}
                {refused === undefined ? '' : `, refused ${formatQuantity({ amount: refused, uom })}`}
                {kind === 'settled' ? ' (settled)' : ''}
              </Badge>
            </li>
          ))}
        </ul>
        <Proof
          evidence={[
            ...inbound.map(({ sent }) => sent),
            hop.arrived,
            ...inbound.map(({ received }) => received),
            hop.left,
          ]}
        />
      </div>
    </li>
  );
}
