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

/** The plot itself. It is drawn anew when its data or the colours change; range and hidden lines only change what it shows. */
export function Plot({ data, groups, hidden, limit, spans, unit, range, onZoom, onPoint }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const view = useRef<View>({ range, hidden });
  view.current = { range, hidden };
  const scheme = useScheme();
  useEffect(() => {
    const element = place.current;
    if (!element || scheme === '') return;
    const options = plotOptions({ data, groups, limit, spans, unit, onZoom, onPoint, element });
    const values = [data.moments, ...data.series.map((series) => series.values)] as uPlot.AlignedData;
    const drawn = new uPlot(options, values, element);
    plot.current = drawn;
    show(drawn, data, groups, view.current);
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
    if (plot.current) show(plot.current, data, groups, { range, hidden });
  }, [range, hidden, data, groups]);
  return <div className="plot" ref={place} />;
}

interface View {
  readonly range: Range;
  readonly hidden: ReadonlySet<string>;
}

/** Brings a plot to what is to be seen of it. */
function show(plot: uPlot, data: AlignedData, groups: readonly ChartGroup[], { range, hidden }: View): void {
  plot.batch(() => {
    plot.setScale('x', { min: range.fromMs / 1000, max: range.toMs / 1000 });
    for (const [index, { group }] of data.series.entries()) {
      const isShown = !hidden.has(groups[group]?.key ?? '');
      if (plot.series[index + 1]?.show !== isShown) plot.setSeries(index + 1, { show: isShown });
    }
  });
}
