import type { Transit } from '../api/history.ts';
import { formatQuantity } from '../format/number.ts';
import { organisationName } from '../format/term.ts';
import { Icon } from '../shell/icon.tsx';
import { Proof } from '../shell/proof.tsx';
import { Age, Time } from '../shell/time.tsx';
import { UnitLinks } from './unit-links.tsx';

/** A way whose end is not on the page: goods that have been sent and not received. */
export function WayLine({ transit }: { transit: Transit }) {
  const { from, to, unit, sentMs, receivedMs, outstanding, sent, received } = transit;
  return (
    <li className="path-line way">
      <span className="path-sign">
        <Icon name="truck" />
      </span>
      <div className="path-body">
        <div className="path-head">
          <h3>
            {from.name ?? from.gln} to {to.name ?? to.gln}
          </h3>
          <p className="muted small">
            {from.custodian === null ? '' : `Still with ${organisationName(from.custodian)}`}
            <UnitLinks units={unit === null ? [] : [unit]} />
          </p>
        </div>
        <p className="path-times">
          Sent <Time ms={sentMs} short />
          {receivedMs === null ? (
            <>
              , not received yet: <Age ms={sentMs} />
            </>
          ) : (
            <>
              , received <Time ms={receivedMs} short />
            </>
          )}
        </p>
        <ul className="path-facts">
          {outstanding === null ? null : <li>{formatQuantity(outstanding)} on the way</li>}
        </ul>
        <Proof evidence={[sent, received]} />
      </div>
    </li>
  );
}
