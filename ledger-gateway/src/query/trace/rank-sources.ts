import { exactUpperTail, type Stratum } from './exact-test.ts';

/** What suspects and complaints are each compared with: lots with lots, what lay at a place with what lay at another. */
const legKinds = ['suspect', 'complaint'] as const;
export type LegKind = (typeof legKinds)[number];

/** Everything that a leg, or something to compare with, leads back to. */
export interface Traced {
  readonly kind: LegKind;
  /** By source, the number of an event that proves it. */
  readonly sources: ReadonlyMap<string, number>;
}

export interface Ranked {
  readonly key: string;
  /** Places of the legs in the list of all of them. */
  readonly legs: readonly number[];
  readonly coverage: number;
  /** Share of legs that would lead to it by chance; `null` where there is nothing to compare with. */
  readonly backgroundShare: number | null;
  readonly pValue: number | null;
  /** Decimal logarithm of how much likelier the legs are if it is the source than by chance. */
  readonly weight: number;
}

interface Group {
  readonly cases: readonly Traced[];
  readonly controls: readonly Traced[];
}

/** Share of suspects and complaints that are taken to have nothing to do with the outbreak. */
const falseLegs = 0.1;
/** What a recall can do most about comes first. */
const kindOrder = ['goods', 'transformation', 'place', 'unit'];

/**
 * Ranks what several legs share by the weight of evidence that it is their source (I. J. Good, Probability and the Weighing of
 * Evidence, 1950, chapter 6): each leg that leads to it counts for it by as much as that is unlikely by chance, and each that does
 * not counts against it, but only so much, since one in ten may be a mistake. What nearly all goods come through (a warehouse)
 * gains nothing by being shared by all.
 *
 * Of sources that nothing tells apart, the one nearest to the legs comes first: what lies behind it is shared because of it.
 */
export function rankSources(legs: readonly Traced[], controls: readonly Traced[]): Ranked[] {
  const least = Math.min(2, legs.length);
  const groups = legKinds.map((kind) => ({
    cases: legs.filter((each) => each.kind === kind),
    controls: controls.filter((each) => each.kind === kind),
  }));
  return [...indexed(legs)]
    .filter(([, found]) => found.length >= least)
    .map(([key, found]): Ranked => {
      const strata = groups.map((group) => stratumOf(key, group));
      const compared = strata.filter((stratum) => stratum.controls > 0);
      const cases = compared.reduce((sum, stratum) => sum + stratum.cases, 0);
      const expected = compared.reduce((sum, each) => sum + (each.cases * each.controlsWith) / each.controls, 0);
      return {
        key,
        legs: found,
        coverage: found.length / legs.length,
        backgroundShare: cases === 0 ? null : expected / cases,
        pValue: cases === 0 ? null : exactUpperTail(compared),
        weight: strata.reduce((sum, stratum) => sum + weightOf(stratum), 0),
      };
    })
    .sort(
      (a, b) =>
        b.weight - a.weight || kindOrder.indexOf(kindOf(a)) - kindOrder.indexOf(kindOf(b)) || numberOf(b) - numberOf(a),
    );
}

function weightOf({ cases, casesWith, controls, controlsWith }: Stratum): number {
  // Laplace's rule of succession: without anything to compare with, a half.
  const byChance = (controlsWith + 1) / (controls + 2);
  const hit = Math.log10((1 - falseLegs) / byChance);
  const miss = Math.log10(falseLegs / (1 - byChance));
  return casesWith * hit + (cases - casesWith) * miss;
}

function indexed(legs: readonly Traced[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [leg, { sources }] of legs.entries()) {
    for (const key of sources.keys()) {
      const known = found.get(key);
      if (known) known.push(leg);
      else found.set(key, [leg]);
    }
  }
  return found;
}

function stratumOf(key: string, { cases, controls }: Group): Stratum {
  const having = (some: readonly Traced[]) => some.filter(({ sources }) => sources.has(key)).length;
  return {
    cases: cases.length,
    casesWith: having(cases),
    controls: controls.length,
    controlsWith: having(controls),
  };
}

function kindOf({ key }: Ranked): string {
  return key.split(' ')[0] ?? '';
}

/** Things are numbered in the order of first mention, events in the order of the ledger: later ones are nearer to the end. */
function numberOf({ key }: Ranked): number {
  return Number(key.split(' ')[1]);
}
