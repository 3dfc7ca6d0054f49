/**
 * The seed of random tests in Node: `HOPLINE_SEED` if it is set, else a new one. It is printed, so that a failed run can be
 * replayed.
 */
export function testSeed(): number {
  const given = process.env.HOPLINE_SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`HOPLINE_SEED is not a whole number: ${given}`);
  console.log(`HOPLINE_SEED=${seed}`);
  return seed;
}
