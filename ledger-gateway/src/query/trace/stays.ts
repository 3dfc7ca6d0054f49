import type { Quantity } from '@hopline/protocol/epcis';
import { type Flow, isBookkeeping, isPool } from './flow.ts';
import { isPositive, minus, plus } from './quantity-sum.ts';

/** A time for which something was in a pool: from the first of it that came until nothing was left. */
export interface Stay {
  readonly subject: number;
  /** A code of `flowEnds`: place, unit, transit, early or difference. */
  readonly at: number;
  readonly id: number;
  readonly fromMs: number;
  /** `Infinity` while something is there. */
  readonly toMs: number;
  /** The flow that began it, the last that took something away, and that which left nothing. */
  readonly first: Flow;
  readonly left: Flow | null;
  readonly last: Flow | null;
  /** What came in all, and what is still there; `null` for a unit. */
  readonly entered: Quantity | null;
  readonly remaining: Quantity | null;
  readonly flows: readonly Flow[];
}

type OpenStay = { -readonly [K in keyof Stay]: K extends 'flows' ? Flow[] : Stay[K] };

/** Stays of one thing, out of all its flows in the order of the ledger: the same that the projection folds (`foldPresences`). */
export function staysOf(flows: readonly Flow[]): Stay[] {
  const stays: OpenStay[] = [];
  const open: Map<number, OpenStay>[] = [];
  for (const flow of flows) {
    if (isPool(flow.fromAt)) {
      const stay = open[flow.fromAt]?.get(flow.fromId);
      if (stay) {
        leave(stay, flow);
        if (stay.last) open[flow.fromAt]?.delete(flow.fromId);
      }
    }
    if (isPool(flow.toAt)) {
      const pools = open[flow.toAt] ?? new Map<number, OpenStay>();
      open[flow.toAt] = pools;
      const stay = pools.get(flow.toId);
      if (stay) join(stay, flow);
      else {
        const begun = begin(flow);
        stays.push(begun);
        pools.set(flow.toId, begun);
      }
    }
  }
  return stays;
}

/** Whether a stay is of things that nobody has taken away yet. */
export function isOpen(stay: Stay): boolean {
  return stay.last === null && !isBookkeeping(stay.at);
}

function begin(flow: Flow): OpenStay {
  const quantity = quantityOf(flow);
  return {
    subject: flow.subject,
    at: flow.toAt,
    id: flow.toId,
    fromMs: flow.timeMs,
    toMs: Number.POSITIVE_INFINITY,
    first: flow,
    left: null,
    last: null,
    entered: quantity,
    remaining: quantity,
    flows: [flow],
  };
}

/** More of it comes. An event can tell of an earlier time than one before it. */
function join(stay: OpenStay, flow: Flow): void {
  stay.fromMs = Math.min(stay.fromMs, flow.timeMs);
  stay.flows.push(flow);
  const more = quantityOf(flow);
  if (!more || !stay.remaining || !stay.entered) return;
  const remaining = plus(stay.remaining, more);
  const entered = plus(stay.entered, more);
  if (!remaining || !entered) return;
  stay.remaining = remaining;
  stay.entered = entered;
}

function leave(stay: OpenStay, flow: Flow): void {
  stay.flows.push(flow);
  stay.left = flow;
  const less = quantityOf(flow);
  const rest = less && stay.remaining && minus(stay.remaining, less);
  if (rest && isPositive(rest)) {
    stay.remaining = rest;
    return;
  }
  stay.remaining = stay.remaining && { ...stay.remaining, amount: '0' };
  stay.last = flow;
  stay.toMs = Math.max(stay.fromMs, flow.timeMs);
}

function quantityOf({ amount, uom }: Flow): Quantity | null {
  return amount === null ? null : { amount, uom };
}
