import { endOf, placeOf } from './ends.ts';
import { type FsmaEvent, glnOf, isUnit, linesOf, parentOf } from './fsma-event.ts';
import { UnitContents } from './unit-contents.ts';

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
  readonly #lists = new Map<string, readonly FsmaEvent[]>();
  readonly #contents = new Map<string, { packings: readonly FsmaEvent[]; contents: UnitContents }>();
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

  /** Of events in their order, the last one up to a moment; where all are later (clocks disagree), the first one. */
  nearestBefore(candidates: readonly FsmaEvent[], moment: FsmaEvent): FsmaEvent | null {
    return candidates[this.#countUpTo(candidates, moment, 0) - 1] ?? candidates[0] ?? null;
  }

  /** Of events in their order, the first one from a moment on; where all are earlier, the last one. */
  nearestAfter(candidates: readonly FsmaEvent[], moment: FsmaEvent): FsmaEvent | null {
    return candidates[this.#countUpTo(candidates, moment, -1)] ?? candidates.at(-1) ?? null;
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
    const loose = lines
      .filter(({ id }) => !this.isUnit(id))
      .map(({ id, amount, uom }): Goods => ({ id, amount, uom, unit: parent }));
    // An aggregation that only observes names its parent for all that is inside; its children need not be listed.
    const named = loose.length === 0 && units.length === 0 && parent !== null ? [parent] : units;
    return [...loose, ...named.flatMap((unit) => this.#inside(unit, unit, moment, 0))];
  }

  /** The transformations that have some goods as their output. */
  makersOf(item: string): readonly FsmaEvent[] {
    return this.#list(`made ${item}`, item, ({ event }) =>
      linesOf(event).some(({ id, role }) => id === item && role === 'output'),
    );
  }

  /** Events by which some goods first appeared in a lot of their own. */
  beginningsOf(item: string): readonly FsmaEvent[] {
    return this.#list(`begun ${item}`, item, ({ event }) => event.type === 'ObjectEvent' && event.action === 'ADD');
  }

  /** Events that move something away from a place, to somewhere that they name. */
  leaving(thing: string, gln: string | null): readonly FsmaEvent[] {
    return this.#list(`leaving ${gln} ${thing}`, thing, ({ event }) => {
      const steps = ['shipping', 'transporting', 'departing'];
      if (event.bizStep === null || !steps.includes(event.bizStep) || event.destinations.length === 0) return false;
      const from = [event.readPoint, ...event.sources.filter(({ type }) => type === 'location').map(({ id }) => id)];
      return from.some((id) => glnOf(id)?.gln === gln);
    });
  }

  /** Transformations that used some goods up at a place. */
  usedAt(item: string, gln: string | null): readonly FsmaEvent[] {
    return this.#list(
      `used ${gln} ${item}`,
      item,
      (each) => placeOf(each) === gln && linesOf(each.event).some(({ id, role }) => id === item && role === 'input'),
    );
  }

  /** Events by which something arrives at a place. */
  arriving(thing: string, gln: string | null): readonly FsmaEvent[] {
    return this.#list(
      `arriving ${gln} ${thing}`,
      thing,
      (each) => (each.event.bizStep === 'receiving' || each.event.bizStep === 'accepting') && placeOf(each) === gln,
    );
  }

  /** Shipments of something that name a place as their receiver. */
  shippedTo(thing: string, gln: string | null): readonly FsmaEvent[] {
    return this.#list(
      `shipped ${gln} ${thing}`,
      thing,
      ({ event }) => event.bizStep === 'shipping' && endOf(event.destinations) === gln,
    );
  }

  /**
   * Events of a thing that are of some sort, found once. What the ledger took for a conflict, and what was declared wrong later,
   * is left aside where there is something better.
   */
  #list(name: string, thing: string, isOne: (event: FsmaEvent) => boolean): readonly FsmaEvent[] {
    const known = this.#lists.get(name);
    if (known) return known;
    const all = this.of(thing).filter(isOne);
    const believed = all.filter((each) => each.outcome !== 'conflict' && !this.isDeclaredWrong(each));
    const list = believed.length > 0 ? believed : all;
    this.#lists.set(name, list);
    return list;
  }

  #inside(unit: string, outermost: string, moment: FsmaEvent, depth: number): Goods[] {
    if (depth > maxNesting) return [];
    const { packings, contents } = this.#unit(unit);
    const inside = contents.after(this.#countUpTo(packings, moment, -1));
    if (inside === null) return [{ id: unit, amount: null, uom: null, unit: outermost }];
    return inside.flatMap((each) =>
      this.isUnit(each.id) ? this.#inside(each.id, outermost, moment, depth + 1) : [{ ...each, unit: outermost }],
    );
  }

  #unit(unit: string) {
    const known = this.#contents.get(unit);
    if (known) return known;
    const packings = this.of(unit).filter(
      (each) =>
        each.event.type === 'AggregationEvent' &&
        each.event.action !== 'OBSERVE' &&
        each.event.parent === unit &&
        each.outcome !== 'conflict',
    );
    const made = { packings, contents: new UnitContents(packings) };
    this.#contents.set(unit, made);
    return made;
  }

  /** How many of events in their order come before a moment (`most` -1), or before or at it (0). */
  #countUpTo(ordered: readonly FsmaEvent[], moment: FsmaEvent, most: -1 | 0): number {
    let [low, high] = [0, ordered.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const each = ordered[middle];
      if (each && Math.sign(this.#compare(each, moment)) <= most) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a: FsmaEvent, b: FsmaEvent): number {
    return a.event.eventTimeMs - b.event.eventTimeMs || (this.#order.get(a) ?? 0) - (this.#order.get(b) ?? 0);
  }
}
