import { flowEnds, howOf } from '../../projection/flow-ends.ts';
import { arrivalsOf } from './arrivals.ts';
import { balanceOf } from './balance.ts';
import type { Flow } from './flow.ts';
import type { FlowBook } from './flow-book.ts';
import { QuantitySum } from './quantity-sum.ts';
import type { Reach } from './reach.ts';
import { isOpen, type Stay } from './stays.ts';
import { maxUnitDepth } from './trace-limits.ts';
import { glnText, type TraceNames } from './trace-names.ts';
import type { Affected, AffectedPart } from './trace-shapes.ts';
import type { Whereabouts } from './whereabouts-of-goods.ts';
import { clip, type Span } from './windows.ts';

/** Where goods stand that lie in a unit: the units around them, the innermost first, and the stay of the outermost. */
interface Standing {
  readonly units: readonly number[];
  readonly stay: Stay | null;
}

/** A time at a place or in a unit. */
export interface Seen extends Span {
  /** `flowEnds.place` or `flowEnds.unit`. */
  readonly at: number;
  readonly id: number;
}

/** Everything that walks have to say about goods, thing by thing. */
export class AffectedGoods {
  readonly #book: FlowBook;
  readonly #walks: readonly Reach[];
  readonly #whereabouts: Whereabouts;

  constructor(book: FlowBook, walks: readonly Reach[], whereabouts: Whereabouts) {
    this.#book = book;
    this.#walks = walks;
    this.#whereabouts = whereabouts;
  }

  /** The steps that prove parts. */
  steps(subject: number): Flow[] {
    return [...this.#openStays(subject).map(({ first }) => first), ...this.#ends(subject)];
  }

  describe(subject: number, isStart: boolean, names: TraceNames): Affected {
    const { item, gtin, lot, serial, product, kind } = names.thing(subject);
    const parts = this.parts(subject, names);
    return {
      id: item,
      kind: kind === 'lgtin' ? 'lot' : 'item',
      gtin,
      lot,
      serial,
      product,
      start: isStart,
      whole: this.isWhole(subject),
      balance: balanceOf(this.#book.flowsOf(subject)),
      parts,
      places: this.#places(subject, parts, names),
    };
  }

  /** Whether every flow of a thing was reached. */
  isWhole(subject: number): boolean {
    const flows = this.#book.flowsOf(subject);
    return flows.every((flow) => this.#walks.some((reach) => reach.reached.get(subject)?.has(flow)));
  }

  /** Where what was reached is now, and what became of the rest of it. */
  parts(subject: number, names: TraceNames): AffectedPart[] {
    const present = this.#openStays(subject).flatMap((stay): AffectedPart[] => {
      const { units, stay: standing } = this.#standing(stay);
      if (!standing || !stay.remaining) return [];
      const inTransit = standing.at === flowEnds.transit;
      const place = inTransit ? standing.first.way : standing.id;
      const keeper = inTransit ? standing.first.fromId : place;
      return [
        {
          state: inTransit ? 'in-transit' : 'held',
          place: glnText(place),
          from: inTransit ? glnText(standing.first.fromId) : null,
          custodian: names.place(keeper).custodian,
          quantity: stay.remaining,
          units: units.map((unit) => names.thing(unit).item),
          how: null,
          sinceMs: stay.fromMs,
          event: names.proof(stay.first.seq).event,
        },
      ];
    });
    const past = this.#ends(subject).map((flow): AffectedPart => {
      const place = this.#leftFrom(flow);
      return {
        state: flow.toAt === flowEnds.gone ? 'gone' : 'used',
        place: place === null ? null : glnText(place),
        from: null,
        custodian: place === null ? null : names.place(place).custodian,
        quantity: { amount: flow.amount ?? '0', uom: flow.uom },
        units: [],
        how: flow.toAt === flowEnds.gone ? howOf(flow.toId) : null,
        sinceMs: flow.timeMs,
        event: names.proof(flow.seq).event,
      };
    });
    return [...present, ...past];
  }

  #openStays(subject: number): Stay[] {
    return [...(this.#whereabouts.goods.get(subject)?.keys() ?? [])].filter(isOpen);
  }

  /** Flows that took something reached off the ledger, or into a transformation. */
  #ends(subject: number): Flow[] {
    const flows = new Set(this.#walks.flatMap((reach) => [...(reach.reached.get(subject) ?? [])]));
    return [...flows].filter(({ toAt }) => toAt === flowEnds.gone || toAt === flowEnds.transformation);
  }

  #standing(stay: Stay): Standing {
    const units: number[] = [];
    let at: Stay | null = stay;
    while (at?.at === flowEnds.unit && units.length < maxUnitDepth) {
      units.push(at.id);
      at = this.#whereabouts.staysOf(at.id).find(isOpen) ?? null;
    }
    return { units, stay: at };
  }

  /** The place at which a flow took something away: its own, or that of the unit which went with it. */
  #leftFrom(flow: Flow, depth = 0): number | null {
    if (flow.fromAt === flowEnds.place) return flow.fromId;
    if (flow.fromAt !== flowEnds.unit || depth >= maxUnitDepth) return null;
    const along = this.#book.flowsOf(flow.fromId).find(({ seq }) => seq === flow.seq);
    return along ? this.#leftFrom(along, depth + 1) : null;
  }

  /** Times at places and in units, one span each: those of the goods, and of what carried them meanwhile. */
  stays(subject: number): Seen[] {
    const seen: Seen[] = [];
    const follow = (stay: Stay, { fromMs, toMs }: Span, depth: number) => {
      if (stay.at === flowEnds.place || stay.at === flowEnds.unit)
        seen.push({ at: stay.at, id: stay.id, fromMs, toMs });
      if (stay.at !== flowEnds.unit || depth >= maxUnitDepth) return;
      for (const outer of this.#whereabouts.staysOf(stay.id)) {
        const inside = clip(outer, { fromMs, toMs });
        if (inside) follow(outer, inside, depth + 1);
      }
    };
    for (const [stay, span] of this.#whereabouts.goods.get(subject) ?? []) follow(stay, span, 0);
    return joined(seen);
  }

  #places(subject: number, parts: readonly AffectedPart[], names: TraceNames): Affected['places'] {
    const spans = this.stays(subject)
      .filter(({ at }) => at === flowEnds.place)
      .map((stay) => ({ ...stay, arrived: new QuantitySum() }))
      .sort((a, b) => a.fromMs - b.fromMs || a.id - b.id);
    const goods = this.#whereabouts.goods.get(subject) ?? [];
    for (const { place, timeMs, quantities } of arrivalsOf(goods, (unit) => this.#whereabouts.staysOf(unit))) {
      const during = spans.find(({ id, fromMs, toMs }) => id === place && fromMs <= timeMs && timeMs <= toMs);
      for (const quantity of quantities) during?.arrived.add(quantity);
    }
    return spans.map(({ id, fromMs, toMs, arrived }) => {
      const { gln, name, custodian } = names.place(id);
      const isOpenEnded = toMs === Number.POSITIVE_INFINITY;
      const present = new QuantitySum();
      if (isOpenEnded) {
        for (const part of parts) if (part.state === 'held' && part.place === gln) present.add(part.quantity);
      }
      return {
        gln,
        name,
        custodian,
        fromMs,
        toMs: isOpenEnded ? null : toMs,
        arrived: arrived.quantities,
        present: present.quantities,
      };
    });
  }
}

/** Spans in one pool that overlap or touch are one; by kind and number of the pool, then by time. */
function joined(seen: Seen[]): Seen[] {
  const inOrder = seen.sort((a, b) => a.at - b.at || a.id - b.id || a.fromMs - b.fromMs);
  const all: Seen[] = [];
  for (const each of inOrder) {
    const last = all.at(-1);
    if (last?.at === each.at && last.id === each.id && each.fromMs <= last.toMs)
      all[all.length - 1] = { ...last, toMs: Math.max(last.toMs, each.toMs) };
    else all.push(each);
  }
  return all;
}
