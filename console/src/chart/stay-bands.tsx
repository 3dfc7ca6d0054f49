import type { ChartGroup } from './chart-model.ts';
import type { Range } from './conditions-chart.tsx';
import type { MarkedSpan } from './excursion-spans.ts';
import { seriesColor } from './series-color.ts';

/** A label is written from the end of its band where the band begins this far to the right. */
const rightHalf = 55;

interface Props {
  readonly groups: readonly ChartGroup[];
  readonly spans: readonly MarkedSpan[];
  readonly range: Range;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
}

/** When goods were where, on the time axis of the plot above. Each band switches its lines off and on. */
export function StayBands({ groups, spans, range, hidden, onToggle }: Props) {
  const percent = (ms: number) =>
    Math.min(100, Math.max(0, (100 * (ms - range.fromMs)) / Math.max(1, range.toMs - range.fromMs)));
  const bar = ({ fromMs, toMs }: Range) => ({
    left: `${percent(fromMs)}%`,
    width: `${Math.max(0, percent(toMs) - percent(fromMs))}%`,
  });
  return (
    <div className="bands">
      <div className="bands-marks" aria-hidden="true">
        {spans.map((span) => (
          <span key={span.fromMs} className={`band-mark ${span.certainty}`} style={bar(span)} />
        ))}
      </div>
      <ul>
        {groups.map((group, index) => {
          const measured = group.streams.length > 0;
          const fromLeft = percent(group.spans[0]?.fromMs ?? range.fromMs);
          const toRight = 100 - percent(group.spans.at(-1)?.toMs ?? range.toMs);
          const name = `${group.label}${measured ? '' : ', not measured'}`;
          return (
            <li key={group.key} className={measured ? 'band' : 'band unmeasured'}>
              {group.spans.map((span) => (
                <span
                  key={span.fromMs}
                  className="band-bar"
                  style={{ ...bar(span), ...(measured ? { background: seriesColor(index) } : {}) }}
                />
              ))}
              <span
                className="band-label"
                style={fromLeft > rightHalf ? { right: `${toRight}%` } : { left: `${fromLeft}%` }}
              >
                {measured ? (
                  <button type="button" aria-pressed={!hidden.has(group.key)} onClick={() => onToggle(group.key)}>
                    {name}
                  </button>
                ) : (
                  name
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
