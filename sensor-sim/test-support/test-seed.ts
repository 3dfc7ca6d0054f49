/** Seed of a run of random tests: `HOPLINE_SEED` replays one, otherwise a new one is drawn; it is printed in any case. */
export function testSeed(): number {
  const given = process.env.HOPLINE_SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`HOPLINE_SEED is not a whole number: ${given}`);
  console.log(`HOPLINE_SEED=${seed}`);
  return seed;
}
