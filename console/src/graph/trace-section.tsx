import type { UseQueryResult } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import type { Excursion } from '../api/history.ts';
import type { Trace } from '../api/trace.ts';
import { formatNumber } from '../format/number.ts';
import { Boundary } from '../shell/boundary.tsx';
import { Message } from '../shell/message.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { Section } from '../shell/section.tsx';
import { maxGraphNodes } from './max-graph-nodes.ts';
import { touchedNodes } from './touched.ts';
import { traceGraph } from './trace-graph.ts';
import { TraceTable } from './trace-table.tsx';

const GraphView = lazy(() => import('./graph-view.tsx'));

interface Props {
  readonly query: UseQueryResult<Trace>;
  readonly excursions: readonly Excursion[];
}

/** Where the lot came from and where it went: as a graph, and as a list that says the same. */
export function TraceSection({ query, excursions }: Props) {
  return (
    <Section title="Trace" aside="from the fields on the left to where it is on the right">
      <QueryState query={query} loading="Walking the trace…">
        {(trace) => <TraceView trace={trace} excursions={excursions} />}
      </QueryState>
    </Section>
  );
}

function TraceView({ trace, excursions }: { trace: Trace; excursions: readonly Excursion[] }) {
  const graph = useMemo(() => traceGraph(trace, touchedNodes(trace, excursions)), [trace, excursions]);
  const tooLarge = graph.nodes.length > maxGraphNodes;
  return (
    <>
      {trace.truncated ? (
        <Message title="The trace is longer than one answer holds: something is missing here" tone="warn" />
      ) : null}
      {tooLarge ? (
        <Message title={`${formatNumber(graph.nodes.length)} things are too many for a picture`} tone="info">
          The list below names them all.
        </Message>
      ) : (
        <Boundary what="The picture of the trace">
          <Suspense fallback={<div className="graph-space loading">Drawing…</div>}>
            <GraphView graph={graph} />
          </Suspense>
        </Boundary>
      )}
      <details className="fold" open={tooLarge}>
        <summary>As a list</summary>
        <TraceTable graph={graph} />
      </details>
    </>
  );
}
