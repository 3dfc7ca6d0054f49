import {
  type DeviceSummary,
  type IntervalFigures,
  type Leaf,
  parseReading,
  readLegacyRecords,
  readRecords,
  type StreamRecord,
  summaryIntervalMs,
  valueScale,
} from '@hopline/protocol';

/** Figures of one interval, and the numbers that they are of, in thousandths. */
type Values = Map<string, number[]>;

/**
 * Computes a device's figures again from its leaves and compares them with those that the summary tells: per stream, unit
 * and five minutes of the records' own time the count, the least, the greatest and the rounded mean of the numbers, each
 * rounded to thousandths.
 *
 * @returns what differs, by stream and start of the interval, and how many intervals were compared
 */
export function checkFigures(
  { streams }: DeviceSummary,
  leaves: readonly Leaf[],
): { readonly differing: readonly string[]; readonly compared: number } {
  const values: Values = new Map();
  for (const leaf of leaves) {
    for (const record of recordsOf(leaf)) {
      if (record.value.kind !== 'number') continue;
      const startMs = Math.floor(record.timeMs / summaryIntervalMs) * summaryIntervalMs;
      const place = placeOf(record.stream, record.unit, startMs);
      const numbers = values.get(place) ?? [];
      numbers.push(Math.round(record.value.value * valueScale));
      values.set(place, numbers);
    }
  }
  const differing: string[] = [];
  const told = new Set<string>();
  for (const { stream, unit, intervals } of streams) {
    for (const figures of intervals) {
      const place = placeOf(stream, unit, figures.startMs);
      told.add(place);
      if (!isOf(figures, values.get(place) ?? [])) differing.push(place);
    }
  }
  for (const place of values.keys()) if (!told.has(place)) differing.push(place);
  return { differing, compared: told.size };
}

function recordsOf({ assurance, device, message, receivedAtMs }: Leaf): readonly StreamRecord[] {
  return assurance === 'device-signed'
    ? readRecords(parseReading(message))
    : readLegacyRecords(device, message, receivedAtMs);
}

function placeOf(stream: string, unit: string | null, startMs: number): string {
  return `${stream} ${unit ?? 'without unit'} ${startMs}`;
}

function isOf({ count, min, max, mean }: IntervalFigures, numbers: readonly number[]): boolean {
  if (numbers.length === 0 || count !== numbers.length) return false;
  let [sum, least, greatest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of numbers) {
    sum += number;
    least = Math.min(least, number);
    greatest = Math.max(greatest, number);
  }
  // The quotient of sums beyond 2⁵³ may round beyond its own numbers.
  const average = Math.min(greatest, Math.max(least, Math.round(sum / count)));
  return min === least && max === greatest && mean === average;
}
