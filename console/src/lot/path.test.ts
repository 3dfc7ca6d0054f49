import { expect, test } from 'vitest';
import type { Hop, Transit } from '../api/history.ts';
import type { Discrepancy } from '../api/lot.ts';
import type { Evidence, Place } from '../api/shapes.ts';
import type { Incident } from './incidents.ts';
import { pathLines } from './path.ts';

const place = (gln: string): Place => ({ gln, name: gln, kind: 'warehouse', custodian: 'FreshHubMSP' });
const evidence = (event: string): Evidence => ({
  event,
  bizStep: 'shipping',
  timeMs: 0,
  mspId: 'FreshHubMSP',
  signer: 's',
  transactionId: 't',
  block: 1,
});
const hop = (gln: string, arrivalMs: number, departureMs: number | null, units: string[] = []): Hop => ({
  place: place(gln),
  arrivalMs,
  departureMs,
  units,
  bizStep: 'receiving',
  arrived: null,
  left: null,
});
const way = (from: string, to: string, sentMs: number, receivedMs: number | null, event = 'e'): Transit => ({
  from: place(from),
  to: place(to),
  unit: null,
  sentMs,
  receivedMs,
  outstanding: null,
  sent: evidence(event),
  received: null,
});
const short: Discrepancy = {
  shipment: 'e1',
  item: 'i',
  kind: 'short',
  sent: '500',
  received: '498',
  uom: 'KGM',
  from: 'A',
  to: 'B',
  event: 'r',
  atMs: 20,
};

test('ways stand with the stay that they led to, the second of two deliveries too', () => {
  const lines = pathLines(
    {
      id: 'lot',
      hops: [hop('A', 0, 10), hop('B', 20, null)],
      transits: [way('A', 'B', 10, 20), way('A', 'B', 12, 30)],
    },
    [],
    [],
  );
  expect(lines.map((line) => (line.kind === 'stay' ? [line.hop.place.gln, line.inbound.length] : 'way'))).toEqual([
    ['A', 0],
    ['B', 2],
  ]);
});

test('what is still on its way has a line of its own, in its order', () => {
  const lines = pathLines(
    { id: 'lot', hops: [hop('A', 0, 10), hop('C', 40, null)], transits: [way('A', 'B', 10, null)] },
    [],
    [],
  );
  expect(lines.map(({ kind }) => kind)).toEqual(['stay', 'way', 'stay']);
});

test('a second visit takes only what arrived for it', () => {
  const lines = pathLines(
    { id: 'lot', hops: [hop('A', 0, 10), hop('A', 50, null)], transits: [way('B', 'A', 40, 50)] },
    [],
    [],
  );
  expect(lines.map((line) => line.kind === 'stay' && line.inbound.length)).toEqual([0, 1]);
});

test('a difference is shown where it was found, for its own shipment', () => {
  const given = {
    id: 'lot',
    hops: [hop('B', 20, 25), hop('B', 60, null)],
    transits: [way('A', 'B', 10, 20, 'e1'), way('A', 'B', 50, 60, 'e2')],
  };
  const lines = pathLines(given, [short], []);
  expect(lines.map((line) => line.kind === 'stay' && line.discrepancies.length)).toEqual([1, 0]);
});

test('an incident in a unit marks the stays in that unit at that time', () => {
  const incident: Incident = {
    stream: 'temperature',
    unit: 'Cel',
    place: null,
    inUnit: 'u',
    fromMs: 22,
    toMs: 24,
    peak: 9000,
    min: null,
    max: 5000,
    certainty: 'certain',
    devices: ['d'],
  };
  const given = { id: 'lot', hops: [hop('A', 0, 10, ['u']), hop('B', 20, 30, ['u']), hop('C', 20, 30)], transits: [] };
  const lines = pathLines(given, [], [incident]);
  expect(lines.map((line) => line.kind === 'stay' && line.incidents.length)).toEqual([0, 1, 0]);
  const ofTheUnit = pathLines({ id: 'u', hops: [hop('A', 0, 10), hop('B', 20, 30)], transits: [] }, [], [incident]);
  expect(ofTheUnit.map((line) => line.kind === 'stay' && line.incidents.length)).toEqual([0, 1]);
});
