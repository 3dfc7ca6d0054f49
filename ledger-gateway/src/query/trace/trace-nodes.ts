import { identify } from '../../projection/item-row.ts';
import type { TraceNames } from './trace-names.ts';
import type { TraceEdge, TraceNode } from './trace-shapes.ts';
import type { Whereabouts } from './whereabouts-of-goods.ts';

/** Everything that edges join, and what was reached without going anywhere. */
export function nodesOf(
  start: string,
  edges: readonly TraceEdge[],
  things: ReadonlySet<number>,
  whereabouts: Whereabouts,
  names: TraceNames,
): TraceNode[] {
  const places = new Set<string>();
  const nodes = new Map<string, TraceNode>();
  for (const number of things) {
    const { item, kind, gtin, lot, sscc, product } = names.thing(number);
    const isUnit = kind === 'sscc' || kind === 'grai' || whereabouts.units.has(number);
    nodes.set(item, {
      id: item,
      kind: isUnit ? 'unit' : kind === 'lgtin' ? 'lot' : 'item',
      label: sscc ?? lot ?? item,
      gtin,
      lot,
      product,
      custodian: null,
      start: item === start,
    });
  }
  for (const { kind, from, to } of edges) {
    if (kind === 'at') places.add(to);
    if (kind === 'shipped') places.add(from).add(to);
  }
  if (!nodes.has(start) && identify(start) === null) places.add(start);
  for (const id of places) {
    const { name, custodian } = names.place(Number(id));
    nodes.set(id, {
      id,
      kind: 'place',
      label: name ?? id,
      gtin: null,
      lot: null,
      product: null,
      custodian,
      start: id === start,
    });
  }
  // The start comes first, as the walk does.
  return [...nodes.values()].sort((a, b) => Number(b.start) - Number(a.start));
}
