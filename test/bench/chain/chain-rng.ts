/** Reproducible random numbers: the same seed gives the same chain (mulberry32, of the public domain). */
export class ChainRng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  one<T>(some: readonly T[]): T {
    const found = some[Math.floor(this.next() * some.length)];
    if (found === undefined) throw new RangeError('nothing to choose from');
    return found;
  }

  /** Takes up to `count` of them out, in random order. */
  take<T>(from: T[], count: number): T[] {
    const taken: T[] = [];
    while (taken.length < count && from.length > 0) {
      const at = Math.floor(this.next() * from.length);
      taken.push(from[at] as T);
      from[at] = from.at(-1) as T;
      from.pop();
    }
    return taken;
  }
}
