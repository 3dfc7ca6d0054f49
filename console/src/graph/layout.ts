import { graphlib, layout as runDagre } from '@dagrejs/dagre';
import type { TraceGraph } from './trace-graph.ts';

/** Sizes in CSS pixels: of a box, and of the room between columns, which holds the amounts where it is wide. */
export interface LayoutSize {
  readonly width: number;
  readonly height: number;
  readonly columnGap: number;
}

export const wideLayout: LayoutSize = { width: 216, height: 64, columnGap: 84 };
/** On a phone the neighbours of a box should look in from both sides, to show that there is more. */
export const narrowLayout: LayoutSize = { width: 168, height: 64, columnGap: 44 };

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners by id. */
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
}

/** Places boxes in columns from left to right, each after those it comes from. The same graph has the same layout. */
export function layoutGraph({ nodes, edges }: TraceGraph, size: LayoutSize): Layout {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 20, ranksep: size.columnGap, marginx: 12, marginy: 12 });
  for (const { id } of nodes) graph.setNode(id, { width: size.width, height: size.height });
  for (const { id, from, to } of edges) graph.setEdge(from, to, {}, id);
  runDagre(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    places: new Map(
      nodes.map(({ id }) => {
        const { x, y } = graph.node(id) as { x: number; y: number };
        return [id, { x: x - size.width / 2, y: y - size.height / 2 }];
      }),
    ),
  };
}
