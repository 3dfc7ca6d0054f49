import type { Stay } from '../api/history.ts';
import { splitAtGaps } from '../chart/split-at-gaps.ts';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * For which part of the time that a thing was somewhere its conditions are known: the time in which some device of one
 * of its stays measured the stream, by its own usual step, over the time of all stays; 0…1, `null` where it was nowhere.
 */
export function coverage(stays: readonly Stay[], stream: string, nowMs: number): number | null {
  const whole = stays.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? nowMs }));
  const measured = stays.flatMap((stay, index) =>
    stay.streams
      .filter((each) => each.stream === stream)
      .flatMap(({ intervals, intervalMs }) =>
        splitAtGaps(intervals, intervalMs).map((run) =>
          clip({ fromMs: run[0]?.startMs ?? 0, toMs: (run.at(-1)?.startMs ?? 0) + intervalMs }, whole[index] as Span),
        ),
      ),
  );
  const wholeMs = lengthOf(whole);
  return wholeMs === 0 ? null : lengthOf(measured) / wholeMs;
}

function clip({ fromMs, toMs }: Span, within: Span): Span {
  return { fromMs: Math.max(fromMs, within.fromMs), toMs: Math.min(toMs, within.toMs) };
}

/** Length of the union of spans. */
function lengthOf(spans: readonly Span[]): number {
  let length = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    length += Math.max(0, toMs - Math.max(fromMs, reached));
    reached = Math.max(reached, toMs);
  }
  return length;
}
