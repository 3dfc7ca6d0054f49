import { expect, test } from 'vitest';
import type { Containment, Hop, Transit } from '../api/history.ts';
import type { Evidence, Place } from '../api/shapes.ts';
import type { Trace, TraceEdge } from '../api/trace.ts';
import { arrivedQuantity } from './arrived-quantity.ts';

const place = (gln: string): Place => ({ gln, name: null, kind: null, custodian: null });
const evidence = (event: string): Evidence => ({
  event,
  bizStep: 'receiving',
  timeMs: 0,
  mspId: 'm',
  signer: 's',
  transactionId: 't',
  block: 1,
});
const hop = (gln: string, arrivalMs: number): Hop => ({
  place: place(gln),
  arrivalMs,
  departureMs: null,
  units: [],
  bizStep: null,
  arrived: null,
  left: null,
});
const transit = (unit: string | null, sentMs: number, received: string | null): Transit => ({
  from: place('A'),
  to: place('B'),
  unit,
  sentMs,
  receivedMs: received === null ? null : sentMs + 10,
  outstanding: null,
  sent: evidence('ship'),
  received: received === null ? null : evidence(received),
});
const at = (change: Partial<TraceEdge>): TraceEdge => ({
  from: 'lot',
  to: 'B',
  kind: 'at',
  of: null,
  fromMs: 20,
  toMs: null,
  amount: '498',
  uom: 'KGM',
  event: 'receive',
  untilEvent: null,
  transactionId: null,
  block: null,
  ...change,
});
const trace = (...edges: TraceEdge[]): Trace => ({
  start: 'lot',
  nodes: [],
  edges,
  lots: [],
  truncated: false,
  ms: 1,
  asOf: { height: 1, blockTimeMs: 0, ledgerHeight: 1, lagMs: 0 },
  stale: false,
});
const packed = (unit: string, fromMs: number, toMs: number | null, item = 'lot'): Containment => ({
  item,
  unit,
  isUnit: false,
  quantity: { amount: '40', uom: null },
  fromMs,
  toMs,
  packed: null,
  unpacked: null,
});

test('loose goods count as they were received, not as they were sent', () => {
  const edges = trace(at({}), at({ event: 'another receipt', amount: '7' }), at({ from: 'other lot' }));
  const question = { item: 'lot', hop: hop('B', 20), inbound: [transit(null, 10, 'receive')], units: [], trace: edges };
  expect(arrivedQuantity(question)).toEqual([{ amount: '498', uom: 'KGM' }]);
});

test('goods in units count by what lay in them on the way', () => {
  const inbound = [transit('u1', 10, 'r1'), transit('u2', 12, 'r2')];
  const units = [packed('u1', 5, 30), packed('u2', 5, 11), packed('u2', 11, null), packed('u1', 5, 30, 'other lot')];
  const question = { item: 'lot', hop: hop('B', 20), inbound, units, trace: trace() };
  expect(arrivedQuantity(question)).toEqual([{ amount: '80', uom: null }]);
});

test('what was not sent there is what was there at the beginning', () => {
  const edges = trace(at({ fromMs: 20, amount: '80', uom: null }), at({ fromMs: 25, amount: '40', uom: null }));
  expect(arrivedQuantity({ item: 'lot', hop: hop('B', 20), inbound: [], units: [], trace: edges })).toEqual([
    { amount: '80', uom: null },
  ]);
});
