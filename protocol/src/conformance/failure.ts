/** A vector that came out differently on this platform. */
export interface Failure {
  readonly name: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Compares by JSON, member order aside: none if `compute` gives `expected`, one failure if it gives or throws something else. */
export function same(name: string, expected: unknown, compute: () => unknown): Failure[] {
  let actual: unknown;
  try {
    actual = compute();
  } catch (error) {
    actual = String(error);
  }
  return sortedJson(actual) === sortedJson(expected) ? [] : [{ name, expected, actual }];
}

/** As `same`, for what takes a moment. */
export async function sameLater(name: string, expected: unknown, compute: () => Promise<unknown>): Promise<Failure[]> {
  try {
    const actual = await compute();
    return same(name, expected, () => actual);
  } catch (error) {
    return [{ name, expected, actual: String(error) }];
  }
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
