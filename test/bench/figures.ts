/** One measured quantity: what each round gave, and what stands for them. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: readonly number[];
}

/** A part of the benchmark with what it found. */
export interface Section {
  readonly name: SectionName | 'share';
  readonly title: string;
  readonly figures: readonly Figure[];
  /** What a reader must know to read the figures: sizes, what was left out and why. */
  readonly notes: readonly string[];
}

export const sectionNames = ['mqtt', 'work', 'idle', 'anchoring', 'bytes', 'trace', 'recalls', 'trace-scale'] as const;
export type SectionName = (typeof sectionNames)[number];
/** Those of a run that names none: the last one takes an hour the first time. */
export const usualSections = sectionNames.filter((name) => name !== 'trace-scale');

/** Takes the figures of some rounds together. Throws a RangeError for no rounds. */
export function figure(name: string, unit: string, rounds: readonly number[]): Figure {
  const sorted = rounds.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new RangeError(`${name} has no rounds`);
  return { name, unit, median: median(sorted), min, max, rounds };
}

/** The middle of sorted values; the mean of the two in the middle where their number is even. */
function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The value at a share of the values, by the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Rounds of several figures, gathered by name while a section runs. */
export class Rounds {
  readonly #values = new Map<string, { unit: string; rounds: number[] }>();

  add(name: string, unit: string, value: number): void {
    const known = this.#values.get(name);
    if (known) known.rounds.push(value);
    else this.#values.set(name, { unit, rounds: [value] });
  }

  /** Median of a figure so far, or `null` where it has no round. */
  median(name: string): number | null {
    const known = this.#values.get(name);
    return known ? figure(name, known.unit, known.rounds).median : null;
  }

  figures(): Figure[] {
    return [...this.#values].map(([name, { unit, rounds }]) => figure(name, unit, rounds));
  }
}
