import { useMemo, useState } from 'react';
import type { Conditions } from '../api/history.ts';
import type { Rule } from '../api/shapes.ts';
import { alignedData } from './aligned-data.ts';
import { chartGroups } from './chart-model.ts';
import { chartSummary } from './chart-summary.ts';
import { excursionSpans } from './excursion-spans.ts';
import { Plot } from './plot.tsx';
import { Readout } from './readout.tsx';
import { StayBands } from './stay-bands.tsx';
import './chart.css';

interface Props {
  readonly conditions: Conditions;
  readonly limits: readonly Rule[];
  readonly stream: string;
  readonly nowMs: number;
}

/** A stretch of the time axis, in milliseconds since 1970. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Lines per device with the band of each place or unit behind them, the limits, and the excursions. Below, the stays on
 * the same time axis: they name the colours and switch lines off and on.
 */
export default function ConditionsChart({ conditions, limits, stream, nowMs }: Props) {
  const groups = useMemo(() => chartGroups(conditions, stream, nowMs), [conditions, stream, nowMs]);
  const data = useMemo(() => alignedData(groups), [groups]);
  const spans = useMemo(() => excursionSpans(conditions.excursions, stream), [conditions, stream]);
  const whole = useMemo(
    (): Range => ({
      fromMs: Math.min(...groups.flatMap((group) => group.spans.map(({ fromMs }) => fromMs))),
      toMs: Math.max(...groups.flatMap((group) => group.spans.map(({ toMs }) => toMs))),
    }),
    [groups],
  );
  const unit = conditions.stays.flatMap(({ streams }) => streams).find((each) => each.stream === stream)?.unit ?? null;
  const limit = limits.find((rule) => rule.stream === stream && rule.unit === unit) ?? null;
  const [zoom, setZoom] = useState<Range | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [pointedMs, setPointedMs] = useState<number | null>(null);
  const toggle = (key: string) =>
    setHidden((keys) => new Set(keys.has(key) ? [...keys].filter((k) => k !== key) : [...keys, key]));
  return (
    <figure className="chart">
      <Readout
        groups={groups}
        hidden={hidden}
        pointedMs={pointedMs}
        unit={unit}
        zoomed={zoom !== null}
        onReset={() => setZoom(null)}
      />
      <div role="img" aria-label={chartSummary(groups, spans, limit, unit)}>
        <Plot
          data={data}
          groups={groups}
          hidden={hidden}
          limit={limit}
          spans={spans}
          unit={unit}
          range={zoom ?? whole}
          onZoom={setZoom}
          onPoint={setPointedMs}
        />
      </div>
      <StayBands groups={groups} spans={spans} range={zoom ?? whole} hidden={hidden} onToggle={toggle} />
    </figure>
  );
}
