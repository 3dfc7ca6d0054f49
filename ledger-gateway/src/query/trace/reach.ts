import { flowEnds } from '../../projection/flow-ends.ts';
import { type Flow, isBookkeeping, isPool } from './flow.ts';

/** Since when (forward) or until when (back) a pool matters, by the events' times and by the order of the ledger. */
export interface Mark {
  readonly ms: number;
  readonly seq: number;
}

/**
 * Which flows of goods a trace reaches, in one direction. Goods of one lot that lie together cannot be told apart, so from a pool
 * that something reached everything counts that left it afterwards (back: that came to it before).
 *
 * "Afterwards" is by the events' own times or by the order of the ledger, whichever says so: clocks disagree and events come
 * late, and a recall must not miss what the one order hides. Steps that count by the ledger's order only are kept apart
 * (`byOrder`), because by their own times they happened before.
 *
 * All outputs of a transformation come of all its inputs, in whatever order its events say so (EPCIS 2.0, section 7.4.6); an early
 * receipt is of whatever shipment it is later matched with, and what came in other units of measure is what was sent.
 */
export class Reach {
  readonly direction: 'back' | 'forward';
  readonly reached = new Map<number, Set<Flow>>();
  readonly transformations = new Set<number>();
  readonly byOrder = new Set<Flow>();
  readonly whole = new Set<number>();
  #latest: Flow[] = [];
  /** By thing, kind of pool and number of the pool. */
  readonly #marks = new Map<number, Map<number, Mark>[]>();

  constructor(direction: 'back' | 'forward') {
    this.direction = direction;
  }

  /** All of a thing, at all times. */
  addWhole(subject: number): void {
    this.whole.add(subject);
  }

  /** What of a thing was in a pool from a moment on (back: up to it). */
  addPool(subject: number, at: number, id: number, mark: Mark): void {
    // It is reached even where nothing leads on from there.
    if (!this.reached.has(subject)) this.reached.set(subject, new Set());
    this.#mark(subject, at, id, mark);
  }

  mark(subject: number, at: number, id: number): Mark | undefined {
    return this.#marks.get(subject)?.[at]?.get(id);
  }

  /** Spreads over the flows of one thing until nothing is added; gives the transformations that are new. */
  spread(subject: number, flows: readonly Flow[]): number[] {
    const fresh: number[] = [];
    const reached = this.reached.get(subject) ?? new Set<Flow>();
    const inOrder = this.direction === 'forward' ? flows : flows.toReversed();
    for (let grew = true; grew; ) {
      grew = false;
      for (const flow of inOrder) {
        if (reached.has(flow)) continue;
        const touch = this.#touches(subject, flow);
        if (!touch) continue;
        if (touch === 'by order') this.byOrder.add(flow);
        reached.add(flow);
        this.#latest.push(flow);
        grew = true;
        const next = this.#enter(subject, flow);
        if (next !== null) fresh.push(next);
      }
    }
    if (reached.size > 0) this.reached.set(subject, reached);
    return fresh;
  }

  /** Flows that were reached since this was last asked. */
  takeLatest(): readonly Flow[] {
    const latest = this.#latest;
    this.#latest = [];
    return latest;
  }

  #touches(subject: number, flow: Flow): boolean | 'by order' {
    if (this.whole.has(subject)) return true;
    const isForward = this.direction === 'forward';
    const [at, id] = isForward ? [flow.fromAt, flow.fromId] : [flow.toAt, flow.toId];
    if (at === flowEnds.transformation) return this.transformations.has(id);
    if (!isPool(at)) return false;
    const mark = this.mark(subject, at, id);
    if (!mark) return false;
    if (isBookkeeping(at)) return true;
    if (isForward ? flow.timeMs >= mark.ms : flow.timeMs <= mark.ms) return true;
    return (isForward ? flow.seq >= mark.seq : flow.seq <= mark.seq) && 'by order';
  }

  #enter(subject: number, flow: Flow): number | null {
    const isForward = this.direction === 'forward';
    const [at, id] = isForward ? [flow.toAt, flow.toId] : [flow.fromAt, flow.fromId];
    if (at === flowEnds.transformation) {
      if (this.transformations.has(id)) return null;
      this.transformations.add(id);
      return id;
    }
    if (isPool(at)) this.#mark(subject, at, id, { ms: flow.timeMs, seq: flow.seq });
    return null;
  }

  #mark(subject: number, at: number, id: number, { ms, seq }: Mark): void {
    const pools = this.#marks.get(subject) ?? [];
    this.#marks.set(subject, pools);
    const marks = pools[at] ?? new Map<number, Mark>();
    pools[at] = marks;
    const before = marks.get(id);
    const most = this.direction === 'forward' ? Math.min : Math.max;
    marks.set(id, before ? { ms: most(before.ms, ms), seq: most(before.seq, seq) } : { ms, seq });
  }
}
