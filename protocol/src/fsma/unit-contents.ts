import { addQuantities, areConvertible, compareQuantities, subtractQuantities } from '../epcis/index.ts';
import { type FsmaEvent, linesOf } from './fsma-event.ts';

/** What is directly in a unit: goods or other units. */
export interface Contents {
  readonly id: string;
  readonly amount: string | null;
  readonly uom: string | null;
}

/**
 * Contents of one unit by its packings and unpackings, replayed in their order. Questions usually come in the order of
 * time, so the replay goes on from where it stands; a question about an earlier time begins again.
 */
export class UnitContents {
  readonly #packings: readonly FsmaEvent[];
  #contents = new Map<string, Contents>();
  #applied = 0;

  /** @param packings of this unit, in their order */
  constructor(packings: readonly FsmaEvent[]) {
    this.#packings = packings;
  }

  /** What is inside after the first `count` packings; `null` where none is among them, so that nobody has told. */
  after(count: number): Contents[] | null {
    if (count === 0) return null;
    if (count < this.#applied) {
      this.#contents = new Map();
      this.#applied = 0;
    }
    for (; this.#applied < count; this.#applied++) this.#apply(this.#packings[this.#applied]);
    return [...this.#contents.values()];
  }

  #apply(packing: FsmaEvent | undefined): void {
    if (packing?.event.type !== 'AggregationEvent' || packing.event.action === 'OBSERVE') return;
    const { action } = packing.event;
    const lines = linesOf(packing.event);
    // Unpacking without children takes everything out (EPCIS 2.0, section 7.4.3).
    if (action === 'DELETE' && lines.length === 0) this.#contents.clear();
    for (const { id, amount, uom } of lines) {
      if (action === 'ADD') this.#put({ id, amount, uom });
      else this.#take({ id, amount, uom });
    }
  }

  #put(each: Contents): void {
    const key = `${each.id} ${each.uom}`;
    const there = this.#contents.get(key);
    this.#contents.set(key, there ? { ...there, amount: sum(there, each) } : each);
  }

  #take(each: Contents): void {
    const own = `${each.id} ${each.uom}`;
    // Goods may be taken out in another unit of measure than they were put in.
    const key = this.#contents.has(own) ? own : [...this.#contents].find(([, other]) => other.id === each.id)?.[0];
    const held = key === undefined ? undefined : this.#contents.get(key);
    if (key === undefined || !held) return;
    const rest = remainder(held, each);
    if (rest === null) this.#contents.delete(key);
    else this.#contents.set(key, { ...held, ...rest });
  }
}

function sum(a: Contents, b: Contents): string | null {
  if (a.amount === null || b.amount === null) return null;
  return addQuantities({ amount: a.amount, uom: a.uom }, { amount: b.amount, uom: b.uom }).amount;
}

/** What is left; `null` for nothing. Where the units of measure do not convert, all of it may still be there. */
function remainder(held: Contents, taken: Contents): { amount: string; uom: string | null } | null {
  if (held.amount === null || taken.amount === null) return null;
  const before = { amount: held.amount, uom: held.uom };
  const gone = { amount: taken.amount, uom: taken.uom };
  if (!areConvertible(before.uom, gone.uom)) return before;
  return compareQuantities(before, gone) <= 0 ? null : subtractQuantities(before, gone);
}
