import type { Trace, TraceEdge, TraceNode } from '../api/trace.ts';
import { addQuantities, formatQuantity, type Quantity } from '../format/number.ts';
import { organisationName } from '../format/term.ts';
import { unitName } from '../lot/unit-name.ts';
import { lotPath } from '../route.ts';
import type { Touched } from './touched.ts';

export interface GraphNode {
  readonly id: string;
  readonly kind: TraceNode['kind'];
  readonly title: string;
  readonly subtitle: string;
  readonly current: boolean;
  readonly touched: Touched | null;
  /** Address of its page, where it has one. */
  readonly path: string | null;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** `made`: goods into goods; `packed`: goods into a unit; `moved`: to a place; `held`: lying at a place without having moved. */
  readonly kind: 'made' | 'packed' | 'moved' | 'held';
  /** How much, where the ledger says; empty otherwise. */
  readonly label: string;
}

export interface TraceGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

interface Step extends Pick<GraphEdge, 'from' | 'to' | 'kind'> {
  readonly quantity: Quantity | null;
}

/**
 * What a trace shows of itself: lots become lots, go into units, and come to places. Of all stays only those are drawn
 * that tell something new: where something was sent to, or still lies; a field is the origin of its lot and stands in the
 * lot's own box.
 */
export function traceGraph(trace: Trace, touched: ReadonlyMap<string, Touched>): TraceGraph {
  const steps = [...lineage(trace), ...journeys(trace), ...rests(trace)];
  const joined = Map.groupBy(steps, ({ from, to, kind }) => `${kind} ${from} ${to}`);
  const edges = [...joined].map(([id, group]): GraphEdge => {
    const [{ from, to, kind }] = group as [Step, ...Step[]];
    const amounts = addQuantities(group.flatMap(({ quantity }) => (quantity === null ? [] : [quantity])));
    return { id, from, to, kind, label: amounts.map((amount) => formatQuantity(amount)).join(', ') };
  });
  const shown = new Set([trace.start, ...edges.flatMap(({ from, to }) => [from, to])]);
  return {
    nodes: trace.nodes
      .filter(({ id }) => shown.has(id))
      .map((node) => nodeOf(node, trace, touched.get(node.id) ?? null)),
    edges,
  };
}

/** What became of what. How much of an input went into which of several outputs, nobody has said: there is no amount. */
function lineage({ edges }: Trace): Step[] {
  return edges.flatMap((edge): Step[] => {
    const { from, to, kind } = edge;
    if (kind === 'transformed') return [{ from, to, kind: 'made', quantity: null }];
    return kind === 'packed' ? [{ from, to, kind, quantity: quantityOf(edge) }] : [];
  });
}

/** Shipments: of a unit from the unit itself; of loose goods from the place they came by, where that is drawn. */
function journeys(trace: Trace): Step[] {
  const shipped = trace.edges.filter(({ kind }) => kind === 'shipped');
  return shipped.flatMap((edge): Step[] => {
    const { of, from, to } = edge;
    if (of === null || isConsumedAt(trace, of, to)) return [];
    const cameBy = carriersOf(trace, of);
    const fromPlace = shipped.some((other) => other.to === from && other.of !== null && cameBy.has(other.of));
    return [{ from: fromPlace ? from : of, to, kind: 'moved', quantity: quantityOf(edge) }];
  });
}

/** Goods and units that lie somewhere now, at a place to which no shipment is drawn. */
function rests(trace: Trace): Step[] {
  return trace.edges.flatMap((edge): Step[] => {
    if (edge.kind !== 'at' || edge.toMs !== null) return [];
    const cameBy = carriersOf(trace, edge.from);
    const sentThere = trace.edges.some(
      ({ kind, of, to }) => kind === 'shipped' && to === edge.to && of !== null && cameBy.has(of),
    );
    return sentThere ? [] : [{ from: edge.from, to: edge.to, kind: 'held', quantity: quantityOf(edge) }];
  });
}

/** A thing and all the units that it was in. */
function carriersOf({ edges }: Trace, thing: string): Set<string> {
  const found = new Set([thing]);
  for (const carrier of found) {
    for (const { kind, from, to } of edges) if (kind === 'packed' && from === carrier) found.add(to);
  }
  return found;
}

/** Whether goods were made into others where they were sent to: the others say so themselves. */
function isConsumedAt({ edges }: Trace, thing: string, place: string): boolean {
  const made = new Set(
    edges.filter(({ kind, from }) => kind === 'transformed' && from === thing).map(({ event }) => event),
  );
  return edges.some(
    ({ kind, from, to, untilEvent }) =>
      kind === 'at' && from === thing && to === place && untilEvent !== null && made.has(untilEvent),
  );
}

function quantityOf({ amount, uom }: TraceEdge): Quantity | null {
  return amount === null ? null : { amount, uom };
}

function nodeOf(node: TraceNode, trace: Trace, touched: Touched | null): GraphNode {
  const common = { id: node.id, kind: node.kind, current: node.start, touched };
  switch (node.kind) {
    case 'place': {
      const subtitle = node.custodian === null ? `GLN ${node.id}` : organisationName(node.custodian);
      return { ...common, title: node.label, subtitle, path: `/#site-${node.id}` };
    }
    case 'unit': {
      const { name, path } = unitName(node.id);
      return { ...common, title: name, subtitle: 'Logistic unit', path };
    }
    default: {
      const path = node.gtin !== null && node.lot !== null && node.kind === 'lot' ? lotPath(node.gtin, node.lot) : null;
      const subtitle = originOf(trace, node.id) ?? node.product ?? '';
      return { ...common, title: node.label, subtitle, path };
    }
  }
}

/** Name of the first place that something was at. */
function originOf({ edges, nodes }: Trace, thing: string): string | null {
  const [first] = edges.filter(({ kind, from }) => kind === 'at' && from === thing).sort((a, b) => a.fromMs - b.fromMs);
  return nodes.find(({ id }) => id === first?.to)?.label ?? null;
}
