import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { Link } from '../navigation.tsx';
import { Icon, type IconName } from '../shell/icon.tsx';
import { TouchedMark } from './touched-mark.tsx';
import type { GraphNode } from './trace-graph.ts';

export type BoxNode = Node<{ readonly node: GraphNode }, 'box'>;

const icons: Readonly<Record<GraphNode['kind'], IconName>> = { lot: 'lot', item: 'lot', unit: 'unit', place: 'other' };

/** One thing of the trace; its name is a link where it has a page. */
export function GraphBox({ data: { node } }: NodeProps<BoxNode>) {
  const { kind, title, subtitle, current, touched, path } = node;
  const classes = ['box', kind, current ? 'current' : '', touched === null ? '' : `touched ${touched}`];
  return (
    <div className={classes.filter((name) => name !== '').join(' ')}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Icon name={icons[kind]} />
      <div className="box-text">
        <p className="box-title">
          {path === null || current ? (
            title
          ) : (
            <Link href={path} draggable={false}>
              {title}
            </Link>
          )}
          {current ? <span className="visually-hidden"> (this lot)</span> : null}
          {touched === null ? null : <TouchedMark touched={touched} />}
        </p>
        <p className="box-subtitle" title={subtitle}>
          {subtitle}
        </p>
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}
