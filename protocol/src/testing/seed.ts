/**
 * The seed of this run's random tests: `HOPLINE_SEED`, or a new one. It is printed once, so that any failure can be
 * replayed from the log.
 */
export const seed: number = readSeed(process.env.HOPLINE_SEED);

console.info(`random tests: HOPLINE_SEED=${seed}`);

/** Parameters of fast-check's `assert` for this run; `numRuns` bounds the cases of one property. */
export function seeded(numRuns = 100): { seed: number; numRuns: number } {
  return { seed, numRuns };
}

function readSeed(text: string | undefined): number {
  if (!text) return Math.floor(Math.random() * 2 ** 31);
  const given = Number(text);
  if (!Number.isInteger(given)) throw new TypeError(`HOPLINE_SEED must be an integer, it is "${text}"`);
  return given | 0;
}
