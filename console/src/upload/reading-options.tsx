import { useMemo } from 'react';
import type { Mapping, Steps } from '../api/sheets.ts';
import { timeZones } from './time-zones.ts';

const dateFormats = [
  ['ymd', 'year-month-day (2026-05-04)'],
  ['dmy', 'day/month/year (04/05/2026)'],
  ['mdy', 'month/day/year (05/04/2026)'],
] as const;
const decimals = [
  ['.', 'a point: 1,250.5'],
  [',', 'a comma: 1.250,5'],
] as const;

interface Props {
  readonly mapping: Mapping;
  readonly units: Steps['units'];
  readonly unknownWords: readonly string[];
  readonly onChange: (mapping: Mapping) => void;
}

/** How dates and numbers are written, where the clock stood, and what words for units mean. */
export function ReadingOptions({ mapping, units, unknownWords, onChange }: Props) {
  const zones = useMemo(() => timeZones(mapping.timeZone), [mapping.timeZone]);
  const words = [...new Set([...Object.keys(mapping.units), ...unknownWords])];
  const setUnit = (word: string, code: string | null) => {
    const { [word]: _, ...others } = mapping.units;
    onChange({ ...mapping, units: code === null ? others : { ...others, [word]: code } });
  };
  return (
    <>
      <div className="choices">
        <label>
          Dates in texts
          <select
            value={mapping.dateFormat}
            onChange={(event) =>
              onChange({ ...mapping, dateFormat: event.currentTarget.value as Mapping['dateFormat'] })
            }
          >
            {dateFormats.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          Time zone
          <select
            value={mapping.timeZone}
            onChange={(event) => onChange({ ...mapping, timeZone: event.currentTarget.value })}
          >
            {zones.map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        </label>
        <label>
          Before decimals stands
          <select
            value={mapping.decimal}
            onChange={(event) => onChange({ ...mapping, decimal: event.currentTarget.value as Mapping['decimal'] })}
          >
            {decimals.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {words.length > 0 ? (
        <fieldset className="choices unit-words">
          <legend>Words for units</legend>
          {words.map((word) => (
            <label key={word}>
              “{word}” means
              <select
                value={mapping.units[word] ?? 'unknown'}
                onChange={(event) =>
                  setUnit(word, event.currentTarget.value === 'unknown' ? null : event.currentTarget.value)
                }
              >
                <option value="unknown">not said yet</option>
                {units.map(({ code, label }) => (
                  <option key={code} value={code}>
                    {label}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </fieldset>
      ) : null}
    </>
  );
}
