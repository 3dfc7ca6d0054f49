import type { Quantity } from '@hopline/protocol/epcis';
import { flowEnds } from '../../projection/flow-ends.ts';
import type { Flow } from './flow.ts';
import type { FlowBook } from './flow-book.ts';
import { QuantitySum } from './quantity-sum.ts';
import { maxUnitDepth } from './trace-limits.ts';

/** Some goods that came to a place from somewhere else, loose or in a unit. */
export interface Arrival {
  readonly place: number;
  readonly timeMs: number;
  readonly quantities: readonly Quantity[];
}

interface Lying {
  readonly at: number;
  readonly id: number;
}

/**
 * What of a thing came to which place, and when. Goods that are packed or unpacked where they are do not come again: of each event
 * counts what lies at a place after it and did not before.
 */
export function arrivalsOf(book: FlowBook, subject: number): Arrival[] {
  const here = new Presence();
  const events = Map.groupBy(wayOf(book, subject), ({ seq }) => seq);
  return [...events.values()].flatMap((flows) => {
    const pools = here.touchedBy(flows);
    const before = here.amountsAt(pools);
    here.apply(flows);
    const after = here.amountsAt(pools);
    return [...after].flatMap(([place, sum]): Arrival[] => {
      for (const quantity of before.get(place)?.quantities ?? []) sum.subtract(quantity);
      const quantities = sum.quantities.filter(({ amount }) => !amount.startsWith('-'));
      return quantities.length > 0 ? [{ place, timeMs: flows[0]?.timeMs ?? 0, quantities }] : [];
    });
  });
}

/** Flows of a thing and of all units that it was ever in, in the order of the ledger. */
function wayOf(book: FlowBook, subject: number): Flow[] {
  const things = new Set([subject]);
  for (const thing of things) {
    for (const { fromAt, fromId, toAt, toId } of book.flowsOf(thing)) {
      if (fromAt === flowEnds.unit) things.add(fromId);
      if (toAt === flowEnds.unit) things.add(toId);
    }
  }
  const flows = [...things].flatMap((thing) => book.flowsOf(thing));
  return flows.sort((a, b) => a.seq - b.seq || a.step - b.step);
}

/** How much of one thing lies loose at places and in units, and where the units are. */
class Presence {
  readonly #loose = new Map<number, QuantitySum>();
  readonly #packed = new Map<number, QuantitySum>();
  readonly #units = new Map<number, Lying>();

  /** Places, and units that hold some of it, whose amounts these flows can change. Units have negative numbers. */
  touchedBy(flows: readonly Flow[]): Set<number> {
    const pools = new Set<number>();
    for (const { amount, subject, fromAt, fromId, toAt, toId } of flows) {
      if (amount === null) for (const unit of this.#inside(subject)) pools.add(-unit);
      for (const [at, id] of amount === null
        ? []
        : ([
            [fromAt, fromId],
            [toAt, toId],
          ] as const)) {
        if (at === flowEnds.place) pools.add(id);
        if (at === flowEnds.unit) pools.add(-id);
      }
    }
    return pools;
  }

  apply(flows: readonly Flow[]): void {
    for (const { subject, amount, uom, fromAt, fromId, toAt, toId } of flows) {
      if (amount === null) this.#units.set(subject, { at: toAt, id: toId });
      else {
        this.#sumOf(fromAt, fromId)?.subtract({ amount, uom });
        this.#sumOf(toAt, toId)?.add({ amount, uom });
      }
    }
  }

  amountsAt(pools: ReadonlySet<number>): Map<number, QuantitySum> {
    const sums = new Map<number, QuantitySum>();
    for (const pool of pools) {
      const place = pool > 0 ? pool : this.#placeOf(-pool);
      const lying = pool > 0 ? this.#loose.get(pool) : this.#packed.get(-pool);
      if (place === null || !lying) continue;
      const sum = sums.get(place) ?? new QuantitySum();
      sums.set(place, sum);
      for (const quantity of lying.quantities) sum.add(quantity);
    }
    return sums;
  }

  #sumOf(at: number, id: number): QuantitySum | null {
    const sums = at === flowEnds.place ? this.#loose : at === flowEnds.unit ? this.#packed : null;
    if (!sums) return null;
    const known = sums.get(id) ?? new QuantitySum();
    sums.set(id, known);
    return known;
  }

  #placeOf(unit: number): number | null {
    let lying = this.#units.get(unit);
    for (let depth = 0; lying?.at === flowEnds.unit && depth < maxUnitDepth; depth++) lying = this.#units.get(lying.id);
    return lying?.at === flowEnds.place ? lying.id : null;
  }

  /** A unit and all that stand in it. */
  #inside(unit: number): Set<number> {
    const units = new Set([unit]);
    for (const outer of units) {
      for (const [inner, { at, id }] of this.#units) if (at === flowEnds.unit && id === outer) units.add(inner);
    }
    return units;
  }
}
