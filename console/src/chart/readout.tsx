import { formatMeasured } from '../format/number.ts';
import { Time } from '../shell/time.tsx';
import { type ChartGroup, envelope } from './chart-model.ts';
import { seriesColor } from './series-color.ts';

/** Values further than this from the pointer do not belong to its moment. */
const nearMs = 600_000;

interface Props {
  readonly groups: readonly ChartGroup[];
  readonly hidden: ReadonlySet<string>;
  readonly pointedMs: number | null;
  readonly unit: string | null;
  readonly zoomed: boolean;
  readonly onReset: () => void;
}

/** The values at the moment that the pointer is over, and how the chart is used while it is over none. */
export function Readout({ groups, hidden, pointedMs, unit, zoomed, onReset }: Props) {
  const values = pointedMs === null ? [] : groups.flatMap((group, index) => valueAt(group, index, pointedMs, hidden));
  return (
    <div className="readout">
      {pointedMs === null ? (
        <span className="muted">Point at a moment to read its values; drag over a stretch to enlarge it.</span>
      ) : (
        <>
          <strong>
            <Time ms={pointedMs} short />
          </strong>
          {values.length === 0 ? <span className="muted">nothing measured</span> : null}
          {values.map(({ key, label, index, min, max }) => (
            <span key={key} className="readout-value">
              <span className="swatch" style={{ background: seriesColor(index) }} />
              {label}{' '}
              {min === max ? formatMeasured(min, unit) : `${formatMeasured(min, null)} to ${formatMeasured(max, unit)}`}
            </span>
          ))}
        </>
      )}
      {zoomed ? (
        <button type="button" className="quiet" onClick={onReset}>
          Show all
        </button>
      ) : null}
    </div>
  );
}

function valueAt(group: ChartGroup, index: number, ms: number, hidden: ReadonlySet<string>) {
  if (hidden.has(group.key)) return [];
  const near = envelope(group)
    .filter((point) => point.figures !== null && Math.abs(point.ms - ms) <= nearMs)
    .sort((a, b) => Math.abs(a.ms - ms) - Math.abs(b.ms - ms))[0];
  return near?.figures
    ? [{ key: group.key, label: group.label, index, min: near.figures.min, max: near.figures.max }]
    : [];
}
