import { Link } from '../navigation.tsx';
import { TouchedMark } from './touched-mark.tsx';
import type { GraphEdge, GraphNode, TraceGraph } from './trace-graph.ts';

const verbs: Readonly<Record<GraphEdge['kind'], string>> = {
  made: 'became',
  packed: 'was packed in',
  moved: 'went to',
  held: 'lies at',
};

/** The graph in words: what became of what, and how much of it. */
export function TraceTable({ graph: { nodes, edges } }: { graph: TraceGraph }) {
  const named = new Map(nodes.map((node) => [node.id, node]));
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">What happened</th>
            <th scope="col">To</th>
            <th scope="col" className="number">
              Quantity
            </th>
          </tr>
        </thead>
        <tbody>
          {edges.map(({ id, from, to, kind, label }) => (
            <tr key={id}>
              <th scope="row">
                <NodeName node={named.get(from)} />
              </th>
              <td>{verbs[kind]}</td>
              <td>
                <NodeName node={named.get(to)} />
              </td>
              <td className="number">{label === '' ? '–' : label}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NodeName({ node }: { node: GraphNode | undefined }) {
  if (!node) return '–';
  return (
    <>
      {node.path === null || node.current ? node.title : <Link href={node.path}>{node.title}</Link>}{' '}
      {node.touched === null ? null : <TouchedMark touched={node.touched} />}
    </>
  );
}
