import type { Stay } from '../api/history.ts';
import { formatMeasured } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { Icon } from '../shell/icon.tsx';
import { Time } from '../shell/time.tsx';
import type { Incident } from './incidents.ts';
import { unitName } from './unit-name.ts';

/** The times in which a limit was, or may have been, broken; nothing where there were none. */
export function IncidentList({ incidents, stays }: { incidents: readonly Incident[]; stays: readonly Stay[] }) {
  if (incidents.length === 0) return null;
  return (
    <ul className="incidents" aria-label="Excursions">
      {incidents.map((incident) => (
        <li
          key={`${incident.stream} ${incident.place} ${incident.inUnit} ${incident.fromMs}`}
          className={incident.certainty}
        >
          <Icon name="warning" />
          <div>
            <p>
              <strong>
                {incident.certainty === 'certain' ? 'Excursion' : 'Possible excursion'}: {incident.stream}{' '}
                {formatMeasured(incident.peak, incident.unit)}
              </strong>
              , {limitText(incident)}, {whereText(incident, stays)}
            </p>
            <p className="small">
              <Time ms={incident.fromMs} /> to <Time ms={incident.toMs} />,{' '}
              {formatDuration(incident.toMs - incident.fromMs)}, measured by{' '}
              {incident.devices.length === 1 ? 'one device' : `${incident.devices.length} devices`}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

export function limitText({ peak, min, max, unit }: Pick<Incident, 'peak' | 'min' | 'max' | 'unit'>): string {
  if (max !== null && peak > max) return `limit ${formatMeasured(max, unit)}`;
  if (min !== null && peak < min) return `lower limit ${formatMeasured(min, unit)}`;
  return 'outside its limits';
}

function whereText({ place, inUnit }: Incident, stays: readonly Stay[]): string {
  if (inUnit !== null) return `in ${unitName(inUnit).name.toLowerCase()}`;
  return `at ${stays.find((stay) => stay.place?.gln === place)?.place?.name ?? place}`;
}
