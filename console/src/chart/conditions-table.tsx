import type { Conditions, Stay } from '../api/history.ts';
import { formatMeasured, formatNumber } from '../format/number.ts';
import { unitName } from '../lot/unit-name.ts';
import { Badge } from '../shell/badge.tsx';
import { Time } from '../shell/time.tsx';

/** What was measured in each stay: how much, by how many devices, lowest, mean and highest. */
export function ConditionsTable({ conditions: { stays }, stream }: { conditions: Conditions; stream: string }) {
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Place or unit</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" className="number">
              Devices
            </th>
            <th scope="col" className="number">
              Values
            </th>
            <th scope="col" className="number">
              Lowest
            </th>
            <th scope="col" className="number">
              Mean
            </th>
            <th scope="col" className="number">
              Highest
            </th>
          </tr>
        </thead>
        <tbody>
          {stays.map((stay) => (
            <tr key={`${stay.place?.gln} ${stay.unit} ${stay.fromMs}`}>
              <th scope="row">
                {stay.unit === null ? (stay.place?.name ?? stay.place?.gln) : unitName(stay.unit).name}
              </th>
              <td className="nowrap">
                <Time ms={stay.fromMs} short />
              </td>
              <td className="nowrap">{stay.toMs === null ? 'still there' : <Time ms={stay.toMs} short />}</td>
              <Figures stay={stay} stream={stream} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Figures({ stay, stream }: { stay: Stay; stream: string }) {
  const streams = stay.streams.filter((each) => each.stream === stream && each.count > 0);
  const unit = streams[0]?.unit ?? null;
  const count = streams.reduce((sum, each) => sum + each.count, 0);
  if (count === 0) {
    return (
      <td className="muted" colSpan={5}>
        not measured
      </td>
    );
  }
  const overdue = streams.filter(({ calibrationOverdue }) => calibrationOverdue).length;
  const mean = streams.reduce((sum, each) => sum + each.mean * each.count, 0) / count;
  return (
    <>
      <td className="number">
        {formatNumber(streams.length)}
        {overdue === 0 ? null : <Badge tone="warn">{formatNumber(overdue)} overdue for calibration</Badge>}
      </td>
      <td className="number">{formatNumber(count)}</td>
      <td className="number">{formatMeasured(Math.min(...streams.map(({ min }) => min)), unit)}</td>
      <td className="number">{formatMeasured(mean, unit)}</td>
      <td className="number">{formatMeasured(Math.max(...streams.map(({ max }) => max)), unit)}</td>
    </>
  );
}
