import { lazy, Suspense, useMemo, useState } from 'react';
import type { Conditions } from '../api/history.ts';
import type { Rule } from '../api/shapes.ts';
import { useNow } from '../live/use-now.ts';
import { Boundary } from '../shell/boundary.tsx';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { ConditionsTable } from './conditions-table.tsx';

const ConditionsChart = lazy(() => import('./conditions-chart.tsx'));
const refreshEveryMs = 60_000;

interface Props {
  readonly conditions: Conditions;
  readonly limits: readonly Rule[];
  /** The stream that is shown first. */
  readonly stream: string;
  readonly zone: string;
}

/** What devices measured while the goods were there: as a chart, and as a table that says the same. */
export function ConditionsSection({ conditions, limits, stream: first, zone }: Props) {
  const nowMs = useNow(refreshEveryMs);
  const streams = useMemo(() => streamsOf(conditions, first), [conditions, first]);
  const [chosen, setChosen] = useState(first);
  const stream = streams.includes(chosen) ? chosen : (streams[0] ?? first);
  return (
    <Section title="Conditions" aside={`Times in ${zone}`}>
      {streams.length > 1 ? (
        <fieldset className="choice">
          <legend className="visually-hidden">Measured quantity</legend>
          {streams.map((name) => (
            <label key={name}>
              <input type="radio" name="stream" checked={name === stream} onChange={() => setChosen(name)} />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      ) : null}
      {streams.length === 0 ? (
        <Message title="No device has measured where this was" tone="empty" />
      ) : (
        <Boundary what="The chart">
          <Suspense fallback={<div className="chart-space loading">Drawing…</div>}>
            <ConditionsChart conditions={conditions} limits={limits} stream={stream} nowMs={nowMs} />
          </Suspense>
        </Boundary>
      )}
      <details className="fold">
        <summary>As a table</summary>
        <ConditionsTable conditions={conditions} stream={stream} />
      </details>
    </Section>
  );
}

/** All streams that were measured, the main one first; those of the devices themselves, as their battery, say nothing of goods. */
function streamsOf({ stays }: Conditions, first: string): string[] {
  const names = new Set(stays.flatMap((stay) => stay.streams.map(({ stream }) => stream)));
  names.delete('battery');
  return [...names].sort((a, b) => Number(b === first) - Number(a === first) || a.localeCompare(b));
}
