import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Rule } from '../api/shapes.ts';
import type { AlignedData } from './aligned-data.ts';
import type { ChartGroup } from './chart-model.ts';
import type { Range } from './conditions-chart.tsx';
import type { MarkedSpan } from './excursion-spans.ts';
import { plotOptions } from './plot-options.ts';
import { useScheme } from './use-scheme.ts';

interface Props {
  readonly data: AlignedData;
  readonly groups: readonly ChartGroup[];
  readonly hidden: ReadonlySet<string>;
  readonly limit: Rule | null;
  readonly spans: readonly MarkedSpan[];
  readonly unit: string | null;
  readonly range: Range;
  readonly onZoom: (range: Range) => void;
  readonly onPoint: (ms: number | null) => void;
}

/** The plot itself. It is drawn anew when its data or the colours change, and only moved when the range does. */
export function Plot({ data, groups, hidden, limit, spans, unit, range, onZoom, onPoint }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef(range);
  shown.current = range;
  const scheme = useScheme();
  useEffect(() => {
    const element = place.current;
    if (!element || scheme === '') return;
    const options = plotOptions({ data, groups, limit, spans, unit, range: shown.current, onZoom, onPoint, element });
    const values = [data.moments, ...data.series.map((series) => series.values)] as uPlot.AlignedData;
    const drawn = new uPlot(options, values, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== drawn.width) drawn.setSize({ width, height: drawn.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [data, groups, limit, spans, unit, onZoom, onPoint, scheme]);
  useEffect(() => {
    plot.current?.setScale('x', { min: range.fromMs / 1000, max: range.toMs / 1000 });
  }, [range.fromMs, range.toMs]);
  useEffect(() => {
    for (const [index, series] of data.series.entries()) {
      const show = !hidden.has(groups[series.group]?.key ?? '');
      if (plot.current && plot.current.series[index + 1]?.show !== show) plot.current.setSeries(index + 1, { show });
    }
  }, [hidden, data, groups]);
  return <div className="plot" ref={place} />;
}
