import { useQuery } from '@tanstack/react-query';
import { fetchHistory, type RecallFigures } from '../api/run-recalls.ts';
import { formatNumber } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { Link } from '../navigation.tsx';
import { recallPath } from '../route.ts';
import { Section } from '../shell/section.tsx';
import { Time } from '../shell/time.tsx';

const kinds: Readonly<Record<RecallFigures['kind'], string>> = {
  mock: 'Exercise',
  voluntary: 'Voluntary',
  mandatory: 'Mandatory',
};

/** How long own recalls and exercises took: to the scope, to the hold everywhere, to the last acknowledgement. */
export function HistoryTable() {
  const { data } = useQuery({ queryKey: ['recalls', 'history'], queryFn: ({ signal }) => fetchHistory(signal) });
  if (data === undefined || data.length === 0) return null;
  return (
    <Section title="How long it took" aside="own recalls and exercises, from when the clock began to run">
      <div className="table-scroll">
        <table className="stacked">
          <thead>
            <tr>
              <th scope="col">Recall</th>
              <th scope="col">Began</th>
              <th scope="col" className="number">
                To the scope
              </th>
              <th scope="col" className="number">
                To hold everywhere
              </th>
              <th scope="col" className="number">
                To all answers
              </th>
              <th scope="col" className="number">
                Recovered
              </th>
              <th scope="col" className="number">
                Effectiveness
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((each) => (
              <tr key={each.recallId}>
                <th scope="row">
                  <Link href={recallPath(each.recallId)}>{each.recallId}</Link>
                  <span className="muted small line">{kinds[each.kind]}</span>
                </th>
                <td data-label="Began">
                  <Time ms={each.startedMs} short />
                </td>
                <td data-label="To the scope" className="number">
                  {took(each.timeToScopeMs)}
                </td>
                <td data-label="To hold everywhere" className="number">
                  {each.timeToHoldMs === null ? <span className="muted">not all yet</span> : took(each.timeToHoldMs)}
                </td>
                <td data-label="To all answers" className="number">
                  {each.timeToAcknowledgementsMs === null ? (
                    <span className="muted">{each.organisations === 0 ? 'nobody asked' : 'not all yet'}</span>
                  ) : (
                    took(each.timeToAcknowledgementsMs)
                  )}
                </td>
                <td data-label="Recovered" className="number">
                  {percent(each.recoveryPercent)}
                </td>
                <td data-label="Effectiveness" className="number">
                  {percent(each.effectivenessPercent)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function took(ms: number): string {
  return ms < 1_000 ? 'under 1 s' : formatDuration(ms);
}

function percent(value: number | null): string {
  return value === null ? 'unknown' : `${formatNumber(value)} %`;
}
