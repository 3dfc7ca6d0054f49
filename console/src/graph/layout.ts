import { graphlib, layout as runDagre } from '@dagrejs/dagre';
import type { TraceGraph } from './trace-graph.ts';

/** Size of a box, in CSS pixels. */
export const nodeSize = { width: 212, height: 64 } as const;

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners by id. */
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
}

/** Places boxes in columns from left to right, each after those it comes from. The same graph has the same layout. */
export function layoutGraph({ nodes, edges }: TraceGraph): Layout {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 20, ranksep: 84, marginx: 12, marginy: 12 });
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize });
  for (const { id, from, to } of edges) graph.setEdge(from, to, {}, id);
  runDagre(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    places: new Map(
      nodes.map(({ id }) => {
        const { x, y } = graph.node(id) as { x: number; y: number };
        return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
      }),
    ),
  };
}
