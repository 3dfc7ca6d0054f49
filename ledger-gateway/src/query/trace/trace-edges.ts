import { flowEnds } from '../../projection/flow-ends.ts';
import { type Flow, isBookkeeping } from './flow.ts';
import type { Reach } from './reach.ts';
import type { TraceNames } from './trace-names.ts';
import { glnText } from './trace-names.ts';
import type { TraceEdge } from './trace-shapes.ts';
import type { SeenStay, Whereabouts } from './whereabouts-of-goods.ts';

/** An edge before its names are looked up. */
export type NumberedEdge =
  | { readonly kind: 'transformed'; readonly used: Flow; readonly made: Flow }
  | { readonly kind: 'stay'; readonly seen: SeenStay };

/** All edges of a trace: first what became of what, then where everything was. */
export function edgesOf(walks: readonly Reach[], whereabouts: Whereabouts): NumberedEdge[] {
  const edges: NumberedEdge[] = [];
  for (const [used, made] of lineage(walks)) edges.push({ kind: 'transformed', used, made });
  for (const stays of whereabouts.goods.values()) {
    for (const [stay, span] of stays) if (!isBookkeeping(stay.at)) edges.push({ kind: 'stay', seen: { stay, span } });
  }
  for (const stays of whereabouts.units.values()) {
    for (const seen of stays) if (!isBookkeeping(seen.stay.at)) edges.push({ kind: 'stay', seen });
  }
  return edges;
}

/** The steps that begin and end edges. */
export function stepsOf(edges: readonly NumberedEdge[]): Flow[] {
  const steps: Flow[] = [];
  for (const edge of edges) {
    if (edge.kind === 'transformed') steps.push(edge.made);
    else {
      steps.push(edge.seen.stay.first);
      if (edge.seen.stay.last) steps.push(edge.seen.stay.last);
    }
  }
  return steps;
}

export function nameEdge(edge: NumberedEdge, names: TraceNames): TraceEdge {
  if (edge.kind === 'transformed') {
    const { used, made } = edge;
    return {
      from: names.thing(used.subject).item,
      to: names.thing(made.subject).item,
      kind: 'transformed',
      of: null,
      fromMs: made.timeMs,
      toMs: made.timeMs,
      amount: used.amount,
      uom: used.uom,
      untilEvent: null,
      ...names.proof(made.seq),
    };
  }
  const { stay, span } = edge.seen;
  const subject = names.thing(stay.subject).item;
  const ends =
    stay.at === flowEnds.transit
      ? { kind: 'shipped' as const, from: glnText(stay.first.fromId), to: glnText(stay.first.way), of: subject }
      : stay.at === flowEnds.unit
        ? { kind: 'packed' as const, from: subject, to: names.thing(stay.id).item, of: null }
        : { kind: 'at' as const, from: subject, to: glnText(stay.id), of: null };
  return {
    ...ends,
    fromMs: span.fromMs,
    toMs: span.toMs === Number.POSITIVE_INFINITY ? null : span.toMs,
    amount: stay.entered?.amount ?? null,
    uom: stay.entered?.uom ?? null,
    // What only left the span of time that matters is still there.
    untilEvent: stay.last && stay.toMs <= span.toMs ? names.proof(stay.last.seq).event : null,
    ...names.proof(stay.first.seq),
  };
}

/** Pairs of what went into a transformation and what came out of it, each pair once for each event that made something. */
function lineage(walks: readonly Reach[]): Iterable<readonly [used: Flow, made: Flow]> {
  const pairs = new Map<string, readonly [Flow, Flow]>();
  for (const reach of walks) {
    const into = new Map<number, Flow[]>();
    const out = new Map<number, Flow[]>();
    for (const flows of reach.reached.values()) {
      for (const flow of flows) {
        if (flow.toAt === flowEnds.transformation && reach.transformations.has(flow.toId)) put(into, flow.toId, flow);
        if (flow.fromAt === flowEnds.transformation && reach.transformations.has(flow.fromId))
          put(out, flow.fromId, flow);
      }
    }
    for (const [id, inputs] of into) {
      for (const used of inputs) {
        for (const made of out.get(id) ?? []) pairs.set(`${used.subject} ${made.subject} ${made.seq}`, [used, made]);
      }
    }
  }
  return pairs.values();
}

function put(map: Map<number, Flow[]>, id: number, flow: Flow): void {
  const known = map.get(id);
  if (known) known.push(flow);
  else map.set(id, [flow]);
}
