import { expect, test } from 'vitest';
import type { Trace, TraceEdge, TraceNode } from '../api/trace.ts';
import { layoutGraph, wideLayout } from './layout.ts';
import { touchedNodes } from './touched.ts';
import { traceGraph } from './trace-graph.ts';

/**
 * Field lots F1 and F2 go to the packhouse and become C, which goes on two pallets to two warehouses; from one of them 14
 * go on to a store. Times are in no unit.
 */
const glns = { field: '1', packhouse: '2', west: '3', east: '4', store: '5' };
const link = (lot: string) => `https://id.gs1.org/01/09521002002003/10/${lot}`;
const pallet = (number: number) => `https://id.gs1.org/00/19521002000000001${number}`;
const goods = (lot: string, start = false): TraceNode => ({
  id: link(lot),
  kind: 'lot',
  label: lot,
  gtin: '09521002002003',
  lot,
  product: 'Lettuce',
  custodian: null,
  start,
});
const unit = (number: number): TraceNode => ({
  ...goods(''),
  id: pallet(number),
  kind: 'unit',
  label: pallet(number),
  gtin: null,
  lot: null,
});
const site = ([name, gln]: [string, string]): TraceNode => ({
  ...goods(''),
  id: gln,
  kind: 'place',
  label: name,
  gtin: null,
  lot: null,
});
const edge = (kind: TraceEdge['kind'], from: string, to: string, change: Partial<TraceEdge> = {}): TraceEdge => ({
  from,
  to,
  kind,
  of: null,
  fromMs: 0,
  toMs: 100,
  amount: null,
  uom: null,
  event: `${kind} ${from} ${to}`,
  untilEvent: null,
  transactionId: null,
  block: null,
  ...change,
});
const fieldLot = (lot: string): TraceEdge[] => [
  edge('at', link(lot), glns.field, { fromMs: 0, toMs: 5 }),
  edge('shipped', glns.field, glns.packhouse, { of: link(lot), fromMs: 5, toMs: 10 }),
  edge('at', link(lot), glns.packhouse, { fromMs: 10, toMs: 20, untilEvent: 'pack' }),
  edge('transformed', link(lot), link('C'), { event: 'pack', fromMs: 20, toMs: 20, amount: '500', uom: 'KGM' }),
];
const onPallet = (number: number, warehouse: string): TraceEdge[] => [
  edge('packed', link('C'), pallet(number), { fromMs: 25, toMs: 60, amount: '40' }),
  edge('at', pallet(number), glns.packhouse, { fromMs: 25, toMs: 30 }),
  edge('shipped', glns.packhouse, warehouse, { of: pallet(number), fromMs: 30, toMs: 40 }),
  edge('at', pallet(number), warehouse, { fromMs: 40, toMs: null }),
];
const trace: Trace = {
  start: link('C'),
  nodes: [
    goods('F1'),
    goods('F2'),
    goods('C', true),
    unit(1),
    unit(2),
    ...(Object.entries(glns) as [string, string][]).map(site),
  ],
  edges: [
    ...fieldLot('F1'),
    ...fieldLot('F2'),
    edge('at', link('C'), glns.packhouse, { fromMs: 20, toMs: 25 }),
    ...onPallet(1, glns.west),
    ...onPallet(2, glns.east),
    edge('at', link('C'), glns.west, { fromMs: 60, toMs: 70, amount: '40' }),
    edge('at', link('C'), glns.east, { fromMs: 60, toMs: null, amount: '40' }),
    edge('shipped', glns.west, glns.store, { of: link('C'), fromMs: 70, toMs: 80, amount: '14' }),
    edge('at', link('C'), glns.store, { fromMs: 80, toMs: null, amount: '14' }),
  ],
  lots: [],
  truncated: false,
  ms: 1,
  asOf: { height: 1, blockTimeMs: 0, ledgerHeight: 1, lagMs: 0 },
  stale: false,
};
const graph = traceGraph(trace, new Map());
const arrows = () => graph.edges.map(({ from, to, kind, label }) => [kind, from, to, label].join(' ').trim()).sort();

test('fields become cases, cases go in units, units come to warehouses, and from there goods go to stores', () => {
  expect(arrows()).toEqual(
    [
      `made ${link('F1')} ${link('C')}`,
      `made ${link('F2')} ${link('C')}`,
      `packed ${link('C')} ${pallet(1)} 40 items`,
      `packed ${link('C')} ${pallet(2)} 40 items`,
      `moved ${pallet(1)} ${glns.west}`,
      `moved ${pallet(2)} ${glns.east}`,
      `moved ${glns.west} ${glns.store} 14 items`,
    ].sort(),
  );
});

test('a place that tells nothing new has no box: the field and the packhouse stand in those of their lots', () => {
  expect(graph.nodes.map(({ id }) => id)).not.toContain(glns.packhouse);
  expect(graph.nodes.find(({ id }) => id === link('F1'))?.subtitle).toBe('field');
  expect(graph.nodes.find(({ id }) => id === link('C'))?.subtitle).toBe('packhouse');
});

test('a lot that nothing has happened to is shown where it lies', () => {
  const resting: Trace = {
    ...trace,
    nodes: trace.nodes.filter(({ id }) => id === link('C') || id === glns.packhouse),
    edges: [edge('at', link('C'), glns.packhouse, { toMs: null, amount: '80' })],
  };
  expect(traceGraph(resting, new Map()).edges).toMatchObject([{ kind: 'held', label: '80 items' }]);
});

test('what was sent on after a stay elsewhere keeps its way, even when some of it was used up there', () => {
  const sent = edge('shipped', glns.field, glns.store, { of: link('F1'), fromMs: 6, toMs: 9 });
  const found = traceGraph({ ...trace, edges: [...trace.edges, sent] }, new Map());
  expect(found.edges).toContainEqual(expect.objectContaining({ from: link('F1'), to: glns.store, kind: 'moved' }));
});

test('columns go from left to right, and boxes do not overlap', () => {
  const { places, width, height } = layoutGraph(graph, wideLayout);
  for (const { from, to } of graph.edges) {
    expect((places.get(to)?.x ?? 0) - (places.get(from)?.x ?? 0)).toBeGreaterThanOrEqual(wideLayout.width);
  }
  const boxes = [...places.values()];
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) {
      expect(Math.abs(a.x - b.x) >= wideLayout.width || Math.abs(a.y - b.y) >= wideLayout.height).toBe(true);
    }
    expect(a.x >= 0 && a.x + wideLayout.width <= width && a.y >= 0 && a.y + wideLayout.height <= height).toBe(true);
  }
});

test('an excursion touches its unit and what was in it then, and nothing that was taken out before', () => {
  const excursion = {
    device: 'd',
    stream: 'temperature',
    unit: 'Cel',
    source: 'limits' as const,
    rule: 'cold-chain',
    min: null,
    max: 5000,
    peak: 9000,
    assurance: null,
    place: null,
    inUnit: pallet(1),
  };
  const at = (fromMs: number, toMs: number, certainty: 'certain' | 'possible' | 'within-limits') => ({
    ...excursion,
    fromMs,
    toMs,
    certainty,
  });
  expect(touchedNodes(trace, [at(35, 50, 'possible'), at(40, 45, 'certain')])).toEqual(
    new Map([
      [pallet(1), 'certain'],
      [link('C'), 'certain'],
    ]),
  );
  expect(touchedNodes(trace, [at(61, 70, 'certain')])).toEqual(new Map([[pallet(1), 'certain']]));
  expect(touchedNodes(trace, [at(35, 50, 'within-limits')]).size).toBe(0);
});
