import { Controls, type Edge, MarkerType, ReactFlow, type ReactFlowInstance } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import '@xyflow/react/dist/base.css';
import './graph.css';
import { type BoxNode, GraphBox } from './graph-box.tsx';
import { type LayoutSize, layoutGraph, narrowLayout, wideLayout } from './layout.ts';
import type { TraceGraph } from './trace-graph.ts';

const nodeTypes = { box: GraphBox };
/** Smaller than this the boxes cannot be read: the picture is then as large as it is, and its frame scrolls. */
const minReadableZoom = 0.62;
const narrowFramePx = 560;
const minHeightPx = 180;
const maxHeightPx = 680;

/** The trace as boxes and arrows. It fits its frame where there is room; on a phone it is scrolled like a wide table. */
export default function GraphView({ graph }: { graph: TraceGraph }) {
  const frame = useRef<HTMLDivElement>(null);
  const flow = useRef<ReactFlowInstance<BoxNode> | null>(null);
  const width = useWidth(frame);
  const size = width < narrowFramePx ? narrowLayout : wideLayout;
  const layout = useMemo(() => layoutGraph(graph, size), [graph, size]);
  const zoom = Math.min(1, width / Math.max(1, layout.width));
  const scrolls = zoom < minReadableZoom;
  const { nodes, edges } = useMemo(() => flowElements(graph, layout.places, size), [graph, layout, size]);
  const height = scrolls ? layout.height : Math.min(maxHeightPx, Math.max(minHeightPx, layout.height * zoom));
  const current = layout.places.get(graph.nodes.find((node) => node.current)?.id ?? '');
  const currentX = current?.x ?? 0;
  useEffect(() => {
    if (scrolls && frame.current) frame.current.scrollLeft = currentX + size.width / 2 - frame.current.clientWidth / 2;
    if (!scrolls && width > 0 && height > 0) void flow.current?.fitView({ padding: 0.02, maxZoom: 1 });
  }, [scrolls, currentX, width, height, size]);
  return (
    <div className={scrolls ? 'graph-frame scrolls' : 'graph-frame'} ref={frame}>
      {width > 0 ? (
        <div className="graph" style={{ width: scrolls ? layout.width : '100%', height }}>
          <ReactFlow
            key={String(scrolls)}
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            onInit={(instance) => {
              flow.current = instance;
            }}
            defaultMarkerColor={null}
            fitView={!scrolls}
            fitViewOptions={{ padding: 0.02, maxZoom: 1 }}
            minZoom={0.1}
            maxZoom={2}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            panOnDrag={!scrolls}
            zoomOnScroll={false}
            zoomOnPinch={!scrolls}
            zoomOnDoubleClick={false}
            preventScrolling={false}
            attributionPosition="top-left"
          >
            {scrolls ? null : <Controls showInteractive={false} fitViewOptions={{ padding: 0.02, maxZoom: 1 }} />}
          </ReactFlow>
        </div>
      ) : null}
    </div>
  );
}

function flowElements(graph: TraceGraph, places: ReadonlyMap<string, { x: number; y: number }>, size: LayoutSize) {
  const nodes = graph.nodes.map(
    (node): BoxNode => ({
      id: node.id,
      type: 'box',
      position: places.get(node.id) ?? { x: 0, y: 0 },
      data: { node },
      width: size.width,
      height: size.height,
    }),
  );
  const edges = graph.edges.map(
    ({ id, from, to, kind, label }): Edge => ({
      id,
      source: from,
      target: to,
      ...(size === wideLayout ? { label } : {}),
      className: `edge-${kind}`,
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
    }),
  );
  return { nodes, edges };
}

/** Width of an element's inside, kept up to date; 0 before it is known. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
