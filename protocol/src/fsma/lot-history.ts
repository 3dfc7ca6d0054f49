import { addQuantities, areConvertible, compareQuantities, subtractQuantities } from '../epcis/index.ts';
import { type FsmaEvent, glnOf, isUnit, type Line, linesOf, parentOf } from './fsma-event.ts';

/** Goods in a unit or a movement: what, how much, and in which unit they are. */
export interface Goods {
  readonly id: string;
  readonly amount: string | null;
  readonly uom: string | null;
  readonly unit: string | null;
}

/** Units inside units are followed this deep; chains of events that contain themselves end there. */
const maxNesting = 16;

/** Events by the goods and units that they speak of, each list in the order of their times. */
export class LotHistory {
  readonly #byThing = new Map<string, FsmaEvent[]>();
  readonly #order = new Map<FsmaEvent, number>();
  readonly #declaredWrong = new Set<string>();
  readonly #units = new Set<string>();
  readonly #makers = new Map<string, readonly FsmaEvent[]>();
  readonly #beginnings = new Map<string, readonly FsmaEvent[]>();
  readonly events: readonly FsmaEvent[];

  /** @param events in the order of their commits; error declarations among them mark the event of the same hash */
  constructor(events: readonly FsmaEvent[]) {
    for (const { hash, event } of events) if (event.errorDeclaration !== null) this.#declaredWrong.add(hash);
    const seen = new Set<string>();
    const once = events.filter(({ hash, event }) => {
      if (event.errorDeclaration !== null || seen.has(hash)) return false;
      seen.add(hash);
      return true;
    });
    once.forEach((event, position) => {
      this.#order.set(event, position);
    });
    this.events = once.sort((a, b) => this.#compare(a, b));
    for (const event of this.events) {
      const parent = parentOf(event.event);
      if (parent !== null && event.event.type === 'AggregationEvent') this.#units.add(parent);
      const things = new Set([...linesOf(event.event).map(({ id }) => id), parent ?? []].flat());
      for (const thing of things) {
        const list = this.#byThing.get(thing);
        if (list) list.push(event);
        else this.#byThing.set(thing, [event]);
      }
    }
  }

  /** Events that name some goods or a unit, the earliest first. */
  of(thing: string): readonly FsmaEvent[] {
    return this.#byThing.get(thing) ?? [];
  }

  /** Whether something holds other things: by its kind, or because something was packed into it. */
  isUnit(id: string): boolean {
    return isUnit(id) || this.#units.has(id);
  }

  isDeclaredWrong({ hash }: FsmaEvent): boolean {
    return this.#declaredWrong.has(hash);
  }

  /** Of several events, the last one up to a moment; where all are later (clocks disagree), the first one. */
  nearestBefore(candidates: readonly FsmaEvent[], moment: FsmaEvent): FsmaEvent | null {
    return candidates.findLast((each) => this.#compare(each, moment) <= 0) ?? candidates[0] ?? null;
  }

  /** Of several events, the first one from a moment on; where all are earlier, the last one. */
  nearestAfter(candidates: readonly FsmaEvent[], moment: FsmaEvent): FsmaEvent | null {
    return candidates.find((each) => this.#compare(each, moment) >= 0) ?? candidates.at(-1) ?? null;
  }

  /**
   * The goods that an event moves or handles: its own lines, and of the units that it names what has been packed into them
   * up to then. A unit of which no packing is known is given back itself, with `id` the unit.
   */
  goodsOf(moment: FsmaEvent): Goods[] {
    const { event } = moment;
    const parent = parentOf(event);
    const lines = linesOf(event);
    const units = lines.filter(({ id }) => this.isUnit(id)).map(({ id }) => id);
    const loose = lines.filter(({ id }) => !this.isUnit(id)).map((line) => goods(line, parent));
    // An aggregation that only observes names its parent for all that is inside; its children need not be listed.
    const named = loose.length === 0 && units.length === 0 && parent !== null ? [parent] : units;
    return [...loose, ...named.flatMap((unit) => this.#inside(unit, unit, moment, 0))];
  }

  /** The transformations that have some goods as their output. */
  makersOf(item: string): readonly FsmaEvent[] {
    return cached(this.#makers, item, () =>
      this.of(item).filter(({ event }) => linesOf(event).some(({ id, role }) => id === item && role === 'output')),
    );
  }

  /** Events by which some goods first appeared in a lot of their own. */
  beginningsOf(item: string): readonly FsmaEvent[] {
    return cached(this.#beginnings, item, () =>
      this.of(item).filter(({ event }) => event.type === 'ObjectEvent' && event.action === 'ADD'),
    );
  }

  #inside(unit: string, outermost: string, moment: FsmaEvent, depth: number): Goods[] {
    if (depth > maxNesting) return [];
    const packings = this.of(unit).filter(
      (each) =>
        each.event.type === 'AggregationEvent' && parentOf(each.event) === unit && this.#compare(each, moment) < 0,
    );
    const contents = new Map<string, Goods>();
    let known = false;
    for (const { event } of packings) {
      if (event.type !== 'AggregationEvent' || event.action === 'OBSERVE') continue;
      known = true;
      const lines = linesOf(event);
      if (event.action === 'DELETE' && lines.length === 0) contents.clear();
      for (const line of lines) change(contents, goods(line, outermost), event.action);
    }
    if (!known) return [{ id: unit, amount: null, uom: null, unit: outermost }];
    return [...contents.values()].flatMap((each) =>
      this.isUnit(each.id) ? this.#inside(each.id, outermost, moment, depth + 1) : [each],
    );
  }

  #compare(a: FsmaEvent, b: FsmaEvent): number {
    return a.event.eventTimeMs - b.event.eventTimeMs || (this.#order.get(a) ?? 0) - (this.#order.get(b) ?? 0);
  }
}

/** Events that move goods away from a place, to somewhere that they name. */
export function leaves(gln: string | null): (event: FsmaEvent) => boolean {
  return ({ event }) => {
    const steps = ['shipping', 'transporting', 'departing'];
    if (event.bizStep === null || !steps.includes(event.bizStep) || event.destinations.length === 0) return false;
    const from = [event.readPoint, ...event.sources.filter(({ type }) => type === 'location').map(({ id }) => id)];
    return from.some((id) => glnOf(id)?.gln === gln);
  };
}

/** Events by which goods arrive at a place. */
export function arrives(gln: string | null): (event: FsmaEvent) => boolean {
  return ({ event }) =>
    (event.bizStep === 'receiving' || event.bizStep === 'accepting') &&
    (glnOf(event.readPoint) ?? glnOf(event.bizLocation))?.gln === gln;
}

function goods({ id, amount, uom }: Line, unit: string | null): Goods {
  return { id, amount, uom, unit };
}

function change(contents: Map<string, Goods>, each: Goods, action: 'ADD' | 'DELETE'): void {
  const key = `${each.id} ${each.uom}`;
  const there = contents.get(key);
  if (action === 'ADD') {
    contents.set(key, there ? { ...there, amount: sum(there, each) } : each);
    return;
  }
  // Taken out in another unit of measure than it was put in.
  const [heldKey, held] = there ? [key, there] : ([...contents].find(([, other]) => other.id === each.id) ?? []);
  if (heldKey === undefined || !held) return;
  const rest = remainder(held, each);
  if (rest === null) contents.delete(heldKey);
  else contents.set(heldKey, { ...held, ...rest });
}

function sum(a: Goods, b: Goods): string | null {
  if (a.amount === null || b.amount === null) return null;
  return addQuantities({ amount: a.amount, uom: a.uom }, { amount: b.amount, uom: b.uom }).amount;
}

/** What is left; `null` for nothing. Where the units of measure do not convert, all of it may still be there. */
function remainder(held: Goods, taken: Goods): { amount: string; uom: string | null } | null {
  if (held.amount === null || taken.amount === null) return null;
  const before = { amount: held.amount, uom: held.uom };
  const gone = { amount: taken.amount, uom: taken.uom };
  if (!areConvertible(before.uom, gone.uom)) return before;
  return compareQuantities(before, gone) <= 0 ? null : subtractQuantities(before, gone);
}

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
