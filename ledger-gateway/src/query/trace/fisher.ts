/**
 * One-sided p value of Fisher's exact test for a 2×2 table: how likely it is by chance alone that at least so many cases have
 * something that some controls have too, all sums being given (R. A. Fisher, Statistical Methods for Research Workers, 5th
 * edition, 1934, section 21.02).
 */
export function fisherUpperTail(
  casesWith: number,
  casesWithout: number,
  controlsWith: number,
  controlsWithout: number,
): number {
  const cases = casesWith + casesWithout;
  const having = casesWith + controlsWith;
  const all = cases + controlsWith + controlsWithout;
  let tail = 0;
  for (let each = casesWith; each <= Math.min(cases, having); each++) {
    if (cases - each > all - having) continue;
    tail += Math.exp(logChoose(having, each) + logChoose(all - having, cases - each) - logChoose(all, cases));
  }
  return Math.min(1, tail);
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let factor = 2; factor <= n; factor++) sum += Math.log(factor);
  return sum;
}
