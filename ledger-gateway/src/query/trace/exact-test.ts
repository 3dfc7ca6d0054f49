/** Cases and those that they are compared with: how many there are, and how many of them have something. */
export interface Stratum {
  readonly cases: number;
  readonly casesWith: number;
  readonly controls: number;
  readonly controlsWith: number;
}

/**
 * One-sided p value of an exact test: how likely it is by chance alone that at least so many cases have something, all sums of
 * each stratum being given. With one stratum it is Fisher's exact test (R. A. Fisher, Statistical Methods for Research Workers,
 * 5th edition, 1934, section 21.02); over several, their distributions are convolved (C. R. Mehta, N. R. Patel, R. Gray, Journal
 * of the American Statistical Association 80, 1985, pages 969 to 973). A stratum without controls says nothing.
 */
export function exactUpperTail(strata: readonly Stratum[]): number {
  let distribution = [1];
  let observed = 0;
  for (const stratum of strata) {
    observed += stratum.casesWith;
    distribution = convolved(distribution, casesWithByChance(stratum));
  }
  return Math.min(
    1,
    distribution.slice(observed).reduce((sum, each) => sum + each, 0),
  );
}

/** How likely each number of cases that have it is, from none to all (hypergeometric distribution). */
function casesWithByChance({ cases, casesWith, controls, controlsWith }: Stratum): number[] {
  const all = cases + controls;
  const having = casesWith + controlsWith;
  return Array.from({ length: cases + 1 }, (_, each) =>
    each > having || cases - each > all - having
      ? 0
      : Math.exp(logChoose(having, each) + logChoose(all - having, cases - each) - logChoose(all, cases)),
  );
}

function convolved(a: readonly number[], b: readonly number[]): number[] {
  const sums = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, x] of a.entries()) for (const [j, y] of b.entries()) sums[i + j] = (sums[i + j] ?? 0) + x * y;
  return sums;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const logFactorials = [0, 0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next++)
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  return logFactorials[n] ?? 0;
}
