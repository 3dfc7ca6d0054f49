import type { Quantity } from '@hopline/protocol/epcis';
import { flowEnds } from '../../projection/flow-ends.ts';
import type { Flow } from './flow.ts';
import { QuantitySum } from './quantity-sum.ts';
import type { Stay } from './stays.ts';
import { maxUnitDepth } from './trace-limits.ts';
import { clip, type Span } from './windows.ts';

/** Some goods that came to a place from somewhere else, loose or in a unit. */
export interface Arrival {
  readonly place: number;
  readonly timeMs: number;
  readonly quantities: readonly Quantity[];
}

/**
 * What of a thing came to which place, and when. Goods that are packed or unpacked where they are do not come again.
 *
 * @param seen stays of the thing, each cut to the time that matters
 * @param staysOf all stays of a unit
 */
export function arrivalsOf(
  seen: Iterable<readonly [Stay, Span]>,
  staysOf: (unit: number) => readonly Stay[],
): Arrival[] {
  const arrivals: Arrival[] = [];
  const carried = (stay: Stay, packed: Stay, span: Span, depth: number) => {
    for (const outer of staysOf(packed.id)) {
      const inside = clip(outer, span);
      if (!inside || depth >= maxUnitDepth) continue;
      if (outer.at === flowEnds.unit) carried(stay, outer, inside, depth + 1);
      // What was packed by the event that brought the unit, or later, did not come with it.
      if (outer.at !== flowEnds.place || !isFromElsewhere(outer.first) || outer.first.seq <= packed.first.seq) continue;
      const quantities = contentsAt(stay, outer.first.seq);
      if (quantities.length > 0) arrivals.push({ place: outer.id, timeMs: outer.first.timeMs, quantities });
    }
  };
  for (const [stay, span] of seen) {
    for (const flow of stay.flows) {
      if (flow.toAt !== stay.at || flow.toId !== stay.id || flow.amount === null || isPresent(flow.fromAt)) continue;
      const place = stay.at === flowEnds.unit ? placeOf(stay.id, flow.timeMs, staysOf) : stay.id;
      if (stay.at > flowEnds.unit || place === null) continue;
      arrivals.push({ place, timeMs: flow.timeMs, quantities: [{ amount: flow.amount, uom: flow.uom }] });
    }
    if (stay.at === flowEnds.unit) carried(stay, stay, span, 0);
  }
  return arrivals;
}

/** Whether goods that come from such an end were at a place before, loose or in a unit. */
function isPresent(at: number): boolean {
  return at === flowEnds.place || at === flowEnds.unit;
}

/** Whether a unit came to its place, and was not only set down there. */
function isFromElsewhere({ fromAt, fromId, toId }: Flow): boolean {
  return fromAt === flowEnds.place ? fromId !== toId : fromAt !== flowEnds.unit;
}

/** What was in a unit when an event happened: all that had been put in before, less what had been taken out. */
function contentsAt({ at, id, flows }: Stay, seq: number): readonly Quantity[] {
  const sum = new QuantitySum();
  for (const flow of flows) {
    if (flow.seq >= seq || flow.amount === null) continue;
    const quantity = { amount: flow.amount, uom: flow.uom };
    if (flow.toAt === at && flow.toId === id) sum.add(quantity);
    else sum.subtract(quantity);
  }
  return sum.quantities;
}

/** The place at which a unit stood, alone or in others. */
function placeOf(unit: number, timeMs: number, staysOf: (unit: number) => readonly Stay[], depth = 0): number | null {
  const stay = staysOf(unit).find(({ fromMs, toMs }) => fromMs <= timeMs && timeMs <= toMs);
  if (stay?.at === flowEnds.place) return stay.id;
  return stay?.at === flowEnds.unit && depth < maxUnitDepth ? placeOf(stay.id, timeMs, staysOf, depth + 1) : null;
}
