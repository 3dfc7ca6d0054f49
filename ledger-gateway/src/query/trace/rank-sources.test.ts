import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactUpperTail } from './exact-test.ts';
import { type LegKind, rankSources, type Traced } from './rank-sources.ts';

const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 31);
const worlds = 100;
const others = 200;

/** A world of many sources, each behind a share of all goods, and one that is behind most suspects and few others. */
const world = fc.record({
  kind: fc.constantFrom<LegKind>('suspect', 'complaint'),
  legs: fc.integer({ min: 8, max: 12 }),
  mistakes: fc.integer({ min: 0, max: 1 }),
  controls: fc.integer({ min: 40, max: 80 }),
  planted: fc.double({ min: 0, max: 0.05, noNaN: true }),
  draws: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
});

/** Numbers from 0 up to 1 without a bias towards the ends, which fast-check's own have (mulberry32, of the public domain). */
function uniform(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(`a planted source comes first among ${others} others, whatever hubs there are (HOPLINE_SEED=${seed})`, () => {
  fc.assert(
    fc.property(world, ({ kind, legs, mistakes, controls, planted, draws }) => {
      const draw = uniform(draws);
      const happens = (share: number) => draw() < share;
      const shares = Array.from({ length: others }, draw);
      const traced = (shareOfPlanted: number): Traced => {
        const behind = shares.flatMap((share, index) => (happens(share) ? [`place ${index}`] : []));
        const all = happens(shareOfPlanted) ? [...behind, 'goods 1'] : behind;
        return { kind, sources: new Map(all.map((key) => [key, 1])) };
      };
      const cases = Array.from({ length: legs }, (_, index) => traced(index < mistakes ? planted : 1));
      const compared = Array.from({ length: controls }, () => traced(planted));
      expect(rankSources(cases, compared)[0]?.key).toBe('goods 1');
    }),
    { seed, numRuns: worlds },
  );
});

test('a warehouse that everything passes is no source, though all suspects came through it', () => {
  const suspect = (...keys: string[]): Traced => ({ kind: 'suspect', sources: new Map(keys.map((key) => [key, 1])) });
  const cases = [...Array.from({ length: 4 }, () => suspect('place 1', 'goods 7')), suspect('place 1')];
  const compared = Array.from({ length: 30 }, (_, index) => suspect('place 1', ...(index === 0 ? ['goods 7'] : [])));
  const [first, second] = rankSources(cases, compared);
  expect(first).toMatchObject({ key: 'goods 7', coverage: 0.8, backgroundShare: 1 / 30 });
  expect(second).toMatchObject({ key: 'place 1', coverage: 1, backgroundShare: 1, pValue: 1 });
  // Without anything to compare with, what covers most.
  expect(rankSources(cases, [])[0]).toMatchObject({ key: 'place 1', backgroundShare: null, pValue: null });
});

test('complaints are compared with places, and suspects with lots', () => {
  const traced = (kind: LegKind, ...keys: string[]): Traced => ({
    kind,
    sources: new Map(keys.map((key) => [key, 1])),
  });
  const cases = [traced('suspect', 'goods 1'), traced('complaint', 'goods 1')];
  const compared = [traced('suspect'), traced('suspect'), traced('complaint', 'goods 1')];
  // One of three lots leads there by chance, and every place does.
  expect(rankSources(cases, compared)[0]).toMatchObject({ backgroundShare: 0.5, pValue: expect.closeTo(1 / 3) });
});

test('with one stratum it is Fisher’s exact test, and strata multiply out', () => {
  // R. A. Fisher, The Design of Experiments, 1935, chapter 2: the lady tasting tea.
  const tea = { cases: 4, casesWith: 4, controls: 4, controlsWith: 0 };
  expect(exactUpperTail([tea])).toBeCloseTo(1 / 70, 12);
  expect(exactUpperTail([{ ...tea, casesWith: 3, controlsWith: 1 }])).toBeCloseTo(17 / 70, 12);
  expect(exactUpperTail([tea, tea])).toBeCloseTo(1 / 4_900, 12);
});
