import type { TransformationRecord } from '@hopline/protocol';
import { flowEnds } from '../../projection/flow-ends.ts';
import type { Reach } from './reach.ts';
import { meaningOf, type Remark, unmoved } from './remarks.ts';
import { isOpen, type Stay } from './stays.ts';
import { maxFindingEvents, maxFindings, overdueShipmentMs } from './trace-limits.ts';
import type { TraceNames } from './trace-names.ts';
import type { Affected, Completeness, Finding, TraceNode } from './trace-shapes.ts';
import type { Whereabouts } from './whereabouts-of-goods.ts';

export interface Evidence {
  readonly walks: readonly Reach[];
  readonly whereabouts: Whereabouts;
  readonly names: TraceNames;
  readonly nodes: readonly TraceNode[];
  readonly affected: readonly Affected[];
  readonly transformations: readonly TransformationRecord[];
  readonly remarks: readonly Remark[];
  /** Those of them that later events have put right. */
  readonly settled: ReadonlySet<Remark>;
  readonly isCut: boolean;
  readonly isConditionsCut: boolean;
  readonly nowMs: number;
}

/** How complete a trace is, and what of it is more than is known for sure, each with the events concerned. */
export function completenessOf(evidence: Evidence): Completeness {
  const found: Finding[] = [
    ...cuts(evidence),
    ...overdueShipments(evidence),
    ...remarked(evidence),
    ...unknownRecovery(evidence),
    ...missingData(evidence),
    ...unsure(evidence),
  ];
  return {
    complete: found.every(({ severity }) => severity === 'note'),
    findings: found.slice(0, maxFindings).map((finding) => ({ ...finding, events: bounded(finding.events) })),
    total: found.length,
  };
}

function cuts({ isCut, isConditionsCut }: Evidence): Finding[] {
  const cut = (kind: Finding['kind'], message: string): Finding => ({
    kind,
    severity: 'gap',
    message,
    things: [],
    events: [],
  });
  return [
    ...(isCut ? [cut('cut-short', 'The graph is larger than one answer holds: it goes on beyond what is shown.')] : []),
    ...(isConditionsCut ? [cut('conditions-cut', 'Conditions are given for some of the lots only.')] : []),
  ];
}

/** Goods and units that were sent long ago, and nobody has received. */
function overdueShipments({ whereabouts, names, nowMs }: Evidence): Finding[] {
  const seen = new Set<Stay>();
  const note = (stay: Stay) => {
    if (stay.at === flowEnds.transit && isOpen(stay) && stay.fromMs < nowMs - overdueShipmentMs) seen.add(stay);
  };
  for (const stays of whereabouts.goods.values()) for (const stay of stays.keys()) note(stay);
  for (const stays of whereabouts.units.values()) for (const { stay } of stays) note(stay);
  return [...seen].map((stay) => ({
    kind: 'shipment-overdue',
    severity: 'gap',
    message: stay.left ? 'The rest of a shipment was never received.' : 'A shipment was never received.',
    things: [names.thing(stay.subject).item],
    events: [names.proof(stay.first.seq).event],
  }));
}

function remarked({ walks, whereabouts, names, remarks, settled }: Evidence): Finding[] {
  if (remarks.length === 0) return [];
  const moved = new Set<number>();
  for (const reach of walks) for (const flows of reach.reached.values()) for (const { seq } of flows) moved.add(seq);
  for (const { stay } of [...whereabouts.units.values()].flat()) for (const { seq } of stay.flows) moved.add(seq);
  const concerning = remarks.filter(({ seq, remark }) => unmoved.has(remark) || moved.has(seq));
  return [...Map.groupBy(concerning, (each) => `${each.remark} ${each.seq} ${settled.has(each)}`).values()].map(
    (same) => {
      const [{ remark, seq }] = same as [Remark, ...Remark[]];
      const meaning = meaningOf(remark);
      const isSettled = same.every((each) => settled.has(each));
      return {
        ...meaning,
        ...(isSettled && { severity: 'note' as const, message: `${meaning.message} Later events have put it right.` }),
        things: [...new Set(same.map(({ subject }) => names.thing(subject).item))],
        events: [names.proof(seq).event],
      };
    },
  );
}

function unknownRecovery({ transformations, remarks, names }: Evidence): Finding[] {
  const flagged = new Set(
    remarks.filter(({ remark }) => remark === 'yield-unknown').map(({ seq }) => names.proof(seq).event),
  );
  return transformations
    .filter(({ yieldPpm, outputs, event }) => yieldPpm === null && outputs.length > 0 && !flagged.has(event))
    .map(({ event, outputs }) => ({
      ...meaningOf('yield-unknown'),
      things: outputs.map(({ item }) => item),
      events: [event],
    }));
}

/** Places and products that nobody has registered. What regulators ask for beyond that is in the sheet for them. */
function missingData({ nodes }: Evidence): Finding[] {
  const places = nodes.filter(({ kind, custodian }) => kind === 'place' && custodian === null).map(({ id }) => id);
  const products = nodes
    .filter(({ kind, gtin, product }) => kind !== 'place' && gtin !== null && product === null)
    .map(({ id }) => id);
  const missing = (message: string, things: readonly string[]): Finding[] =>
    things.length === 0 ? [] : [{ kind: 'missing-data', severity: 'gap', message, things: [...things], events: [] }];
  return [
    ...missing('Places of which there is a number only: no name, no organisation.', places),
    ...missing('Goods whose product is not registered: no name, no limits.', products),
  ];
}

/** Where the answer takes in more than can be known to be concerned. */
function unsure({ walks, affected, names }: Evidence): Finding[] {
  const parts = affected.filter(({ whole }) => !whole).map(({ id }) => id);
  const byOrder = walks.flatMap((reach) => [...reach.byOrder]);
  return [
    ...(parts.length === 0
      ? []
      : [
          {
            kind: 'mixed' as const,
            severity: 'note' as const,
            message:
              'Of these only some was reached. What lay together with others of its lot cannot be told apart, so all that left there counts: amounts are at most so much.',
            things: parts,
            events: [],
          },
        ]),
    ...(byOrder.length === 0
      ? []
      : [
          {
            kind: 'time-order' as const,
            severity: 'note' as const,
            message:
              'Counted because of the order in which they were recorded, although their own times say that they were not concerned.',
            things: [...new Set(byOrder.map(({ subject }) => names.thing(subject).item))],
            events: [...new Set(byOrder.map(({ seq }) => names.proof(seq).event))],
          },
        ]),
  ];
}

function bounded(events: readonly string[]): string[] {
  return events.slice(0, maxFindingEvents);
}
