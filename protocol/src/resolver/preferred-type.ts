/**
 * The media type that a request's `Accept` prefers among those on offer, by quality and then by the offer's order; a more
 * specific range decides about a type before a wider one (RFC 9110 §12.5.1). `null` where it accepts none of them.
 *
 * @param accept the header's value; without one everything is accepted
 */
export function preferredType<T extends string>(accept: string | null | undefined, offers: readonly T[]): T | null {
  const ranges = parseAccept(accept ?? '*/*');
  let best: { readonly type: T; readonly quality: number } | null = null;
  for (const type of offers) {
    const quality = qualityOf(type, ranges);
    if (quality > (best?.quality ?? 0)) best = { type, quality };
  }
  return best?.type ?? null;
}

interface MediaRange {
  readonly range: string;
  readonly quality: number;
}

/** Ranges that are looked at: no program has more to say, and the header could be long. */
const maxRanges = 50;

function parseAccept(accept: string): MediaRange[] {
  return accept
    .split(',', maxRanges)
    .map((part) => {
      const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      const quality = weight === undefined ? 1 : Number(weight.slice(2));
      return { range, quality: quality >= 0 && quality <= 1 ? quality : 0 };
    })
    .filter(({ range }) => range !== '');
}

function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const [main] = type.split('/');
  for (const wanted of [type, `${main}/*`, '*/*']) {
    const found = ranges.find(({ range }) => range === wanted);
    if (found) return found.quality;
  }
  return 0;
}
