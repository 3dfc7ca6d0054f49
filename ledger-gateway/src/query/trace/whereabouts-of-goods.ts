import { flowEnds } from '../../projection/flow-ends.ts';
import type { FlowBook } from './flow-book.ts';
import type { Reach } from './reach.ts';
import { type Stay, staysOf } from './stays.ts';
import { clip, type Span, Windows } from './windows.ts';

/** A stay, cut to the time for which it says something about the goods that a trace reached. */
export interface SeenStay {
  readonly stay: Stay;
  readonly span: Span;
}

/** Where the goods that walks reached were, and where the units went that they were in, while they were in them. */
export class Whereabouts {
  readonly #book: FlowBook;
  readonly #stays = new Map<number, Stay[]>();
  /** By thing: goods that were reached, and units around them. */
  readonly goods = new Map<number, Map<Stay, Span>>();
  readonly units = new Map<number, SeenStay[]>();
  readonly #windows = new Windows();
  readonly #grown = new Set<number>();

  constructor(book: FlowBook) {
    this.#book = book;
  }

  /** Stays of anything that the book holds, all of them. */
  staysOf(thing: number): readonly Stay[] {
    const known = this.#stays.get(thing);
    if (known) return known;
    const stays = staysOf(this.#book.flowsOf(thing));
    this.#stays.set(thing, stays);
    return stays;
  }

  /** Takes in what a walk reached. */
  addReach(reach: Reach): void {
    for (const [subject, flows] of reach.reached) {
      const seen = this.goods.get(subject) ?? new Map<Stay, Span>();
      for (const stay of this.staysOf(subject)) {
        const span = spanOf(reach, stay, (flow) => flows.has(flow));
        if (!span) continue;
        const before = seen.get(stay);
        seen.set(stay, before ? union(before, span) : span);
        if (stay.at === flowEnds.unit) this.addUnit(stay.id, span);
      }
      this.goods.set(subject, seen);
    }
  }

  /** A unit whose way matters in a span of time, and that of all that it stands in meanwhile. */
  addUnit(unit: number, span: Span): void {
    if (this.#windows.add(unit, span)) this.#grown.add(unit);
  }

  /** Follows units outwards until no window grows: each step out narrows the window to the time inside. */
  followUnits(): void {
    for (const unit of this.#grown) {
      this.#grown.delete(unit);
      const seen: SeenStay[] = [];
      for (const window of this.#windows.of(unit)) {
        for (const stay of this.staysOf(unit)) {
          const span = clip(stay, window);
          if (!span) continue;
          seen.push({ stay, span });
          if (stay.at === flowEnds.unit) this.addUnit(stay.id, span);
        }
      }
      this.units.set(unit, seen);
    }
  }
}

/**
 * The part of a stay that a walk reached: forward from the moment at which something reached came, back up to that at which the
 * last of it left that matters; all of it for what is traced whole. Where the times contradict the order of the ledger, all of it.
 */
function spanOf(reach: Reach, stay: Stay, isReached: (flow: Stay['first']) => boolean): Span | null {
  const all = { fromMs: stay.fromMs, toMs: stay.toMs };
  if (reach.whole.has(stay.subject)) return all;
  const mark = reach.mark(stay.subject, stay.at, stay.id);
  if (!mark) return null;
  const span =
    reach.direction === 'forward'
      ? { fromMs: Math.max(mark.ms, stay.fromMs), toMs: stay.toMs }
      : { fromMs: stay.fromMs, toMs: Math.min(mark.ms, stay.toMs) };
  if (span.fromMs <= span.toMs) return span;
  return stay.flows.some(isReached) ? all : null;
}

function union(a: Span, b: Span): Span {
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs: Math.max(a.toMs, b.toMs) };
}
